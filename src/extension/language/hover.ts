/** Hovers: what a word means; and while a session runs this file, where an address leads at this moment. */
import * as vscode from 'vscode';
import { LANGUAGES, REQUESTS } from '../../protocol/names';
import { hover } from '../../scenario/language/services';
import { programOf } from '../debug/activeProgram';
import { ask } from '../debug/requests';
import type { Sessions } from '../debug/sessions';
import { logProblem } from '../problems';
import { fromEditorPosition, toEditorRange } from './convert';
import type { Documents } from './documents';
import { expressionAt } from './expressionAt';

export function registerHover(documents: Documents, sessions: Sessions): vscode.Disposable {
  const provideHover = async (
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.Hover | null> => {
    const known = hover(await documents.sourcesOf(document), fromEditorPosition(position));
    const now = await translationAt(documents, sessions, document, position);
    const parts = [now, known?.markdown].filter((part) => part !== undefined);
    if (parts.length === 0) return null;
    const range = known && toEditorRange(known.range);
    return new vscode.Hover(
      parts.map((part) => new vscode.MarkdownString(part)),
      range,
    );
  };
  return vscode.languages.registerHoverProvider(LANGUAGES.scenario, { provideHover });
}

async function translationAt(
  documents: Documents,
  { current }: Sessions,
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<string | undefined> {
  if (current?.configuration.program !== programOf(document.uri)) return undefined;
  const expression = expressionAt(documents.analysisOf(document), fromEditorPosition(position));
  if (!expression) return undefined;
  const text = document.getText(toEditorRange(expression.range));
  try {
    const { text: translation } = await ask(current, REQUESTS.translate, { expression: text });
    return translation === '' ? undefined : `**Now:** ${translation}`;
  } catch (problem) {
    // Most expressions are no addresses, and then there is nothing to show.
    logProblem(`translate ${text}`, problem);
    return undefined;
  }
}
