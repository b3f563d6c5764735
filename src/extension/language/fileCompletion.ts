/** Names of files in the string of an `include` or a `trace`: what is in the folder that is being written. */
import * as vscode from 'vscode';
import { isScenario, isTrace } from '../debug/programs';
import { fileBeside } from './documents';

/** Undefined where no file is being named. */
export async function fileItems(
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<vscode.CompletionItem[] | undefined> {
  const written = document.lineAt(position).text.slice(0, position.character);
  const [, statement, folder = '', name = ''] = /^\s*(include|trace)\s+"((?:[^"]*\/)?)([^"/]*)$/.exec(written) ?? [];
  if (statement === undefined) return undefined;
  const fits = statement === 'include' ? isScenario : isTrace;
  const range = new vscode.Range(position.translate(0, -name.length), position);
  const entries = await entriesOf(fileBeside(document.uri, folder === '' ? '.' : folder));
  return entries.flatMap(([entry, type]): vscode.CompletionItem[] => {
    if (type & vscode.FileType.Directory) return entry.startsWith('.') ? [] : [folderItem(entry, range)];
    if (!fits(entry) || fileBeside(document.uri, folder + entry).toString() === document.uri.toString()) return [];
    const item = new vscode.CompletionItem(entry, vscode.CompletionItemKind.File);
    item.range = range;
    return [item];
  });
}

function folderItem(entry: string, range: vscode.Range): vscode.CompletionItem {
  const item = new vscode.CompletionItem(`${entry}/`, vscode.CompletionItemKind.Folder);
  item.range = range;
  item.command = { command: 'editor.action.triggerSuggest', title: 'What is in it' };
  return item;
}

async function entriesOf(folder: vscode.Uri): Promise<[string, vscode.FileType][]> {
  try {
    return await vscode.workspace.fs.readDirectory(folder);
  } catch {
    // No such folder, or none that can be listed: nothing to offer.
    return [];
  }
}
