/** Everything that an editor does with a .ptscen file without a session. */
import * as vscode from 'vscode';
import type { Sessions } from '../debug/sessions';
import { registerCodeLenses } from './codeLenses';
import { registerCompletion } from './completion';
import { DiagnosticsFeature } from './diagnostics';
import { Documents } from './documents';
import { registerEvaluatable } from './evaluatable';
import { registerFormatting } from './formatting';
import { registerHover } from './hover';
import { registerInlayHints } from './inlayHints';
import { registerInlineValues } from './inlineValues';
import { registerNavigation } from './navigation';
import { registerOccurrences } from './occurrences';
import { registerOutline } from './outline';
import { registerQuickFixes } from './quickFixes';
import { registerSemanticTokens } from './semanticTokens';
import { registerSignatures } from './signatures';

export function registerLanguage(extensionUri: vscode.Uri, sessions: Sessions): vscode.Disposable {
  const documents = new Documents();
  const manual = vscode.Uri.joinPath(extensionUri, 'docs', 'diagnostics.md');
  return vscode.Disposable.from(
    documents,
    new DiagnosticsFeature(documents, manual),
    registerQuickFixes(documents),
    registerCodeLenses(documents),
    registerCompletion(documents),
    registerHover(documents, sessions),
    registerEvaluatable(documents),
    registerOutline(documents),
    registerFormatting(),
    registerSignatures(),
    registerOccurrences(documents),
    registerInlayHints(documents),
    registerSemanticTokens(documents),
    registerNavigation(),
    registerInlineValues(documents, sessions),
  );
}
