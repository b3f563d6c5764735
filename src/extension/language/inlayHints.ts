/** Sizes in pages, addresses in table indices, values of constants: between the letters of the scenario. */
import * as vscode from 'vscode';
import { LANGUAGES } from '../../protocol/names';
import { inlayHints } from '../../scenario/language/services';
import type { Documents } from './documents';

export function registerInlayHints(documents: Documents): vscode.Disposable {
  return vscode.languages.registerInlayHintsProvider(LANGUAGES.scenario, {
    onDidChangeInlayHints: documents.onDidChangeFiles,
    async provideInlayHints(document, { start, end }) {
      const range = {
        start: { line: start.line, column: 0 },
        end: { line: end.line, column: end.character },
      };
      return inlayHints(await documents.sourcesOf(document), range).map(({ position, label, tooltip }) => {
        const hint = new vscode.InlayHint(new vscode.Position(position.line, position.column), label);
        hint.paddingLeft = true;
        hint.tooltip = new vscode.MarkdownString(tooltip);
        return hint;
      });
    },
  });
}
