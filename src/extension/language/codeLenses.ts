/** Run and Debug above the first statement of a scenario, and above each of its tests. */
import * as vscode from 'vscode';
import { COMMANDS, LANGUAGES } from '../../protocol/names';
import { toEditorRange } from './convert';
import type { Documents } from './documents';

export function registerCodeLenses(documents: Documents): vscode.Disposable {
  const provideCodeLenses = (document: vscode.TextDocument): vscode.CodeLens[] => {
    const { file } = documents.analysisOf(document);
    const first = file.statements.find(({ kind }) => kind !== 'test' && kind !== 'machine' && kind !== 'invalid');
    const lenses = first ? pair(toEditorRange(first.range), document.uri) : [];
    for (const statement of file.statements) {
      if (statement.kind !== 'test') continue;
      lenses.push(...pair(toEditorRange(statement.range), document.uri, statement.name.value));
    }
    return lenses;
  };
  return vscode.languages.registerCodeLensProvider(LANGUAGES.scenario, { provideCodeLenses });
}

function pair(range: vscode.Range, uri: vscode.Uri, test?: string): vscode.CodeLens[] {
  const args = test === undefined ? [uri] : [uri, test];
  const what = test === undefined ? 'this scenario' : `the test “${test}”`;
  return [
    lens(range, '$(play) Run', `Run ${what} without stopping`, COMMANDS.run, args),
    lens(range, '$(debug-alt) Debug', `Debug ${what}`, COMMANDS.debug, args),
  ];
}

function lens(range: vscode.Range, title: string, tooltip: string, command: string, args: unknown[]): vscode.CodeLens {
  return new vscode.CodeLens(range, { title, tooltip, command, arguments: args });
}
