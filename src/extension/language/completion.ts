/** Completion, as the language service answers it. */
import * as vscode from 'vscode';
import { LANGUAGES } from '../../protocol/names';
import { complete, type Completion, type CompletionKind } from '../../scenario/language/services';
import { fromEditorPosition, toEditorRange } from './convert';
import type { Documents } from './documents';
import { fileItems } from './fileCompletion';

const { CompletionItemKind } = vscode;

const KINDS: Record<CompletionKind, vscode.CompletionItemKind> = {
  statement: CompletionItemKind.Keyword,
  key: CompletionItemKind.Property,
  value: CompletionItemKind.EnumMember,
  word: CompletionItemKind.Keyword,
  region: CompletionItemKind.Variable,
  process: CompletionItemKind.Module,
  constant: CompletionItemKind.Constant,
  name: CompletionItemKind.Value,
  function: CompletionItemKind.Function,
  member: CompletionItemKind.Field,
};

export function registerCompletion(documents: Documents): vscode.Disposable {
  const provideCompletionItems = async (
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.CompletionItem[]> => {
    const files = await fileItems(document, position);
    if (files) return files;
    return complete(await documents.sourcesOf(document), fromEditorPosition(position)).map(itemOf);
  };
  return vscode.languages.registerCompletionItemProvider(
    LANGUAGES.scenario,
    { provideCompletionItems },
    ...['.', ' ', '{', '(', '"', '/'],
  );
}

/** What belongs to the statement first, then what the scenario binds, then what every expression knows. */
const ORDER: readonly CompletionKind[] = ['key', 'value', 'statement', 'word', 'region', 'process', 'constant'];

function sortText(kind: CompletionKind, label: string): string {
  const place = ORDER.indexOf(kind);
  return `${place < 0 ? ORDER.length : place}${label}`;
}

function itemOf({ label, kind, detail, documentation, insertText, range }: Completion): vscode.CompletionItem {
  const item = new vscode.CompletionItem(label, KINDS[kind]);
  item.detail = detail;
  item.sortText = sortText(kind, label);
  if (documentation !== undefined) item.documentation = new vscode.MarkdownString(documentation);
  item.insertText = insertText;
  item.range = toEditorRange(range);
  return item;
}
