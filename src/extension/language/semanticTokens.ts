/** Colours by what names are. */
import * as vscode from 'vscode';
import { LANGUAGES } from '../../protocol/names';
import { semanticTokens, TOKEN_MODIFIERS, TOKEN_TYPES } from '../../scenario/language/services';
import { toEditorRange } from './convert';
import type { Documents } from './documents';

export function registerSemanticTokens(documents: Documents): vscode.Disposable {
  const legend = new vscode.SemanticTokensLegend([...TOKEN_TYPES], [...TOKEN_MODIFIERS]);
  return vscode.languages.registerDocumentSemanticTokensProvider(
    LANGUAGES.scenario,
    {
      onDidChangeSemanticTokens: documents.onDidChangeFiles,
      async provideDocumentSemanticTokens(document) {
        const builder = new vscode.SemanticTokensBuilder(legend);
        for (const { range, type, modifiers } of semanticTokens(await documents.sourcesOf(document)))
          builder.push(toEditorRange(range), type, [...modifiers]);
        return builder.build();
      },
    },
    legend,
  );
}
