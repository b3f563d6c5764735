/** Copies examples, with the files that they name, to a folder that a person chooses. */
import * as vscode from 'vscode';
import { fileNames } from '../../scenario/language/services';
import type { Example } from './examples';
import { textOf } from './newScenario';

export async function copyExamples(source: vscode.Uri, examples: readonly Example[]): Promise<void> {
  const target = await chooseFolder();
  if (target === undefined) return;
  const files = new Set<string>();
  for (const { file } of examples) {
    files.add(file);
    for (const name of fileNames(await textOf(vscode.Uri.joinPath(source, file)))) files.add(name);
  }
  const kept: string[] = [];
  for (const file of files) if (!(await copy(source, target, file))) kept.push(file);
  const [first] = examples;
  if (first) await vscode.window.showTextDocument(vscode.Uri.joinPath(target, first.file), { preview: false });
  if (kept.length > 0)
    void vscode.window.showInformationMessage(`Left as they were, because they are there already: ${kept.join(', ')}.`);
}

/** False if there is such a file already: it may have been changed. */
async function copy(source: vscode.Uri, target: vscode.Uri, file: string): Promise<boolean> {
  const { fs } = vscode.workspace;
  const to = vscode.Uri.joinPath(target, file);
  const isThere = await fs.stat(to).then(
    () => true,
    () => false,
  );
  if (isThere) return false;
  // Reading and writing, because source and target may be in different file systems.
  await fs.writeFile(to, await fs.readFile(vscode.Uri.joinPath(source, file)));
  return true;
}

/** The folder of the workspace if there is just one, unless a person wants another. */
async function chooseFolder(): Promise<vscode.Uri | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  const other = 'Another Folder…';
  if (folders.length > 0) {
    const items = [...folders.map(({ name, uri }) => ({ label: name, description: uri.path, uri })), { label: other }];
    const chosen = await vscode.window.showQuickPick<vscode.QuickPickItem & { uri?: vscode.Uri }>(items, {
      title: 'Copy Examples',
      placeHolder: 'Where to?',
    });
    if (chosen === undefined || chosen.uri !== undefined) return chosen?.uri;
  }
  const [folder] =
    (await vscode.window.showOpenDialog({
      ...{ canSelectFiles: false, canSelectFolders: true, canSelectMany: false },
      ...{ title: 'Copy Examples', openLabel: 'Copy Here' },
    })) ?? [];
  return folder;
}
