/** At a stop: values behind the lines on the way to it, and behind the last line what it did. */
import * as vscode from 'vscode';
import { LANGUAGES, REQUESTS } from '../../protocol/names';
import { inlineExpressions } from '../../scenario/language/services';
import { programOf } from '../debug/activeProgram';
import { ask } from '../debug/requests';
import type { Sessions } from '../debug/sessions';
import { logProblem } from '../problems';
import { toEditorRange } from './convert';
import type { Documents } from './documents';

export function registerInlineValues(documents: Documents, sessions: Sessions): vscode.Disposable {
  return vscode.languages.registerInlineValuesProvider(LANGUAGES.scenario, {
    async provideInlineValues(document, viewPort, { stoppedLocation }) {
      const { file } = documents.analysisOf(document);
      const values = inlineExpressions(file, viewPort.start.line, stoppedLocation.end.line).map(
        ({ range }) => new vscode.InlineValueEvaluatableExpression(toEditorRange(range)),
      );
      return [...(await effects(sessions, document)), ...values];
    },
  });
}

async function effects({ current }: Sessions, document: vscode.TextDocument): Promise<vscode.InlineValueText[]> {
  if (current === undefined) return [];
  try {
    const { effects: found } = await ask(current, REQUESTS.effects, {});
    return found
      .filter(({ path, line }) => path === programOf(document.uri) && line < document.lineCount)
      .map(({ line, text }) => new vscode.InlineValueText(document.lineAt(line).range, text));
  } catch (problem) {
    // It has gone on meanwhile, or a snapshot is being looked at, in which nothing happens.
    logProblem('ask what the last statement did', problem);
    return [];
  }
}
