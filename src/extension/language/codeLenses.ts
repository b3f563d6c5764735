/** Run and Debug above the first statement of a scenario, and above each of its tests. */
import * as vscode from 'vscode';
import { COMMANDS, LANGUAGES } from '../../protocol/names';
import { INTERNAL_COMMANDS } from '../internalCommands';
import { toEditorRange } from './convert';
import type { Documents } from './documents';

export function registerCodeLenses(documents: Documents): vscode.Disposable {
  const provideCodeLenses = (document: vscode.TextDocument): vscode.CodeLens[] => {
    const { file } = documents.analysisOf(document);
    const first = file.statements.find(({ kind }) => kind !== 'test' && kind !== 'machine' && kind !== 'invalid');
    const lenses = first ? pair(toEditorRange(first.range), document.uri) : [];
    for (const statement of file.statements) {
      if (statement.kind !== 'test') continue;
      lenses.push(...ofTest(toEditorRange(statement.range), document.uri, statement.name.value));
    }
    return lenses;
  };
  return vscode.languages.registerCodeLensProvider(LANGUAGES.scenario, { provideCodeLenses });
}

function pair(range: vscode.Range, uri: vscode.Uri): vscode.CodeLens[] {
  return [
    lens(range, '$(play) Run', 'Run this scenario without stopping', COMMANDS.run, [uri]),
    lens(range, '$(debug-alt) Debug', 'Debug this scenario', COMMANDS.debug, [uri]),
  ];
}

function ofTest(range: vscode.Range, uri: vscode.Uri, test: string): vscode.CodeLens[] {
  return [
    lens(range, '$(play) Run Test', `Run the test “${test}”`, INTERNAL_COMMANDS.runTest, [uri, test]),
    lens(range, '$(debug-alt) Debug Test', `Debug the test “${test}”`, COMMANDS.debug, [uri, test]),
  ];
}

function lens(range: vscode.Range, title: string, tooltip: string, command: string, args: unknown[]): vscode.CodeLens {
  return new vscode.CodeLens(range, { title, tooltip, command, arguments: args });
}
