/** Symbols, definitions and folding, as the language service answers them. */
import * as vscode from 'vscode';
import { LANGUAGES } from '../../protocol/names';
import {
  definition,
  documentSymbols,
  foldingRanges,
  type DocumentSymbol,
  type FoldingRange,
  type SymbolKind,
} from '../../scenario/language/services';
import { uriOf } from '../debug/activeProgram';
import { fromEditorPosition, toEditorRange } from './convert';
import type { Documents } from './documents';

const KINDS: Record<SymbolKind, vscode.SymbolKind> = {
  machine: vscode.SymbolKind.Object,
  process: vscode.SymbolKind.Module,
  region: vscode.SymbolKind.Variable,
  constant: vscode.SymbolKind.Constant,
  block: vscode.SymbolKind.Namespace,
  test: vscode.SymbolKind.Method,
  mark: vscode.SymbolKind.Event,
};

export function registerOutline(documents: Documents): vscode.Disposable {
  const { languages } = vscode;
  return vscode.Disposable.from(
    languages.registerDocumentSymbolProvider(LANGUAGES.scenario, {
      provideDocumentSymbols: (document) => documentSymbols(document.getText()).map(symbolOf),
    }),
    languages.registerDefinitionProvider(LANGUAGES.scenario, {
      async provideDefinition(document, position) {
        const found = definition(await documents.sourcesOf(document), fromEditorPosition(position));
        if (found === undefined) return undefined;
        const uri = found.path === undefined ? document.uri : uriOf(found.path);
        return new vscode.Location(uri, toEditorRange(found.range));
      },
    }),
    languages.registerFoldingRangeProvider(LANGUAGES.scenario, {
      provideFoldingRanges: (document) => foldingRanges(document.getText()).map(foldOf),
    }),
  );
}

function symbolOf({ name, detail, kind, range, selectionRange, children }: DocumentSymbol): vscode.DocumentSymbol {
  const whole = toEditorRange(range);
  const symbol = new vscode.DocumentSymbol(name, detail, KINDS[kind], whole, toEditorRange(selectionRange));
  symbol.children = children.map(symbolOf);
  return symbol;
}

function foldOf({ startLine, endLine, kind }: FoldingRange): vscode.FoldingRange {
  return new vscode.FoldingRange(startLine, endLine, kind === 'comment' ? vscode.FoldingRangeKind.Comment : undefined);
}
