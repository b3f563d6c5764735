/** The fixes that the checker knows, offered where their problem is. */
import * as vscode from 'vscode';
import { LANGUAGES } from '../../protocol/names';
import type { Diagnostic, QuickFix } from '../../scenario/language/diagnostics';
import { toEditorEdit, toEditorRange } from './convert';
import type { Documents } from './documents';

export function registerQuickFixes(documents: Documents): vscode.Disposable {
  const provideCodeActions = async (
    document: vscode.TextDocument,
    range: vscode.Range,
    context: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> =>
    (await documents.wholeAnalysisOf(document)).diagnostics
      .filter((problem) => toEditorRange(problem.range).intersection(range) !== undefined)
      .flatMap((problem) => (problem.fixes ?? []).map((fix) => actionOf(document, problem, fix, context.diagnostics)));
  return vscode.languages.registerCodeActionsProvider(
    LANGUAGES.scenario,
    { provideCodeActions },
    { providedCodeActionKinds: [vscode.CodeActionKind.QuickFix] },
  );
}

function actionOf(
  document: vscode.TextDocument,
  problem: Diagnostic,
  fix: QuickFix,
  shown: readonly vscode.Diagnostic[],
): vscode.CodeAction {
  const action = new vscode.CodeAction(fix.title, vscode.CodeActionKind.QuickFix);
  const range = toEditorRange(problem.range);
  action.diagnostics = shown.filter((diagnostic) => diagnostic.range.isEqual(range));
  action.isPreferred = problem.fixes?.length === 1;
  action.edit = new vscode.WorkspaceEdit();
  action.edit.set(document.uri, fix.edits.map(toEditorEdit));
  return action;
}
