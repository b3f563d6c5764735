/** Saves a picture that a view drew. */
import * as vscode from 'vscode';

export async function exportPicture(svg: string, tick: number | undefined): Promise<void> {
  const name = tick === undefined ? 'walk.svg' : `walk-${tick}.svg`;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    filters: { 'SVG picture': ['svg'] },
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {}),
  });
  if (target) await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(svg));
}
