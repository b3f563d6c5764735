/** The file in front of the person, if it can be debugged: a text editor's, or the one of any other tab. */
import * as vscode from 'vscode';
import { LANGUAGES } from '../../protocol/names';
import { isProgram } from './programs';

let last: vscode.Uri | undefined;

/** The program in front; where a listing is, the one that was in front last. */
export function activeProgram(): vscode.Uri | undefined {
  const found = programInFront();
  if (found) last = found;
  const listing = vscode.window.activeTextEditor?.document.languageId === LANGUAGES.listing;
  return found ?? (listing ? last : undefined);
}

function programInFront(): vscode.Uri | undefined {
  const document = vscode.window.activeTextEditor?.document;
  if (document && (document.languageId === LANGUAGES.scenario || isProgram(document.uri.path))) return document.uri;
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const uri = input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom ? input.uri : undefined;
  return uri && isProgram(uri.path) ? uri : undefined;
}

/** How a file is named in a configuration: by its path, or by its URI where it is not in a local file system. */
export function programOf(uri: vscode.Uri): string {
  return uri.scheme === 'file' ? uri.fsPath : uri.toString();
}

/** The other way round. */
export function uriOf(path: string): vscode.Uri {
  return /^[a-z][a-z0-9+.-]+:/i.test(path) ? vscode.Uri.parse(path, true) : vscode.Uri.file(path);
}

/** The adapter reads files, not editors: what is not saved would not be what runs. What never was a file runs as it is. */
export async function saveProgram(program: string): Promise<void> {
  const open = vscode.workspace.textDocuments.find(({ uri }) => programOf(uri) === program);
  if (open?.isDirty && !open.isUntitled && !(await open.save()))
    throw new Error(`${program} has changes that could not be saved`);
}
