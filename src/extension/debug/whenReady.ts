/** Waits, once a window, until VS Code can show the sources of a session; see sourcesReady.ts. */
import * as vscode from 'vscode';
import { sourcesReady } from './sourcesReady';

let ready: Promise<boolean> | undefined;

export async function whenSourcesCanBeShown(): Promise<void> {
  // Another session runs: the time has long come, and it would be asked for our source that is none.
  if (vscode.debug.activeDebugSession !== undefined) return;
  ready ??= sourcesReady(
    () => vscode.workspace.openTextDocument(vscode.Uri.parse('debug:ptscope?session=none&ref=0')),
    (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  );
  await ready;
}
