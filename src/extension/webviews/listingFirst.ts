/** What opens beside the listing has to come after it: beside nothing is in its place. */
import * as vscode from 'vscode';

const PATIENCE_MS = 2000;

/** Resolves when the active group shows something, or when nothing has come in a while. */
export async function listingFirst(): Promise<void> {
  const { tabGroups } = vscode.window;
  if (tabGroups.activeTabGroup.tabs.length > 0) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      opening.dispose();
      resolve();
    };
    const opening = tabGroups.onDidChangeTabs(done);
    const timer = setTimeout(done, PATIENCE_MS);
  });
}
