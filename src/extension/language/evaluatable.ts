/** Tells the debugger's hover which expression to evaluate. */
import * as vscode from 'vscode';
import { LANGUAGES } from '../../protocol/names';
import { fromEditorPosition, toEditorRange } from './convert';
import type { Documents } from './documents';
import { expressionAt } from './expressionAt';

export function registerEvaluatable(documents: Documents): vscode.Disposable {
  return vscode.languages.registerEvaluatableExpressionProvider(LANGUAGES.scenario, {
    provideEvaluatableExpression(document, position) {
      const expression = expressionAt(documents.analysisOf(document), fromEditorPosition(position));
      return expression && new vscode.EvaluatableExpression(toEditorRange(expression.range));
    },
  });
}
