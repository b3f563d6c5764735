/** Growing selections, and links to the files that a scenario names. */
import * as vscode from 'vscode';
import { LANGUAGES } from '../../protocol/names';
import { fileReferences, selectionRanges } from '../../scenario/language/services';
import { fromEditorPosition, toEditorRange } from './convert';
import { fileBeside } from './documents';

export function registerNavigation(): vscode.Disposable {
  const { languages } = vscode;
  return vscode.Disposable.from(
    languages.registerSelectionRangeProvider(LANGUAGES.scenario, {
      provideSelectionRanges: (document, positions) =>
        positions.map((position) => selectionOf(document.getText(), position)),
    }),
    languages.registerDocumentLinkProvider(LANGUAGES.scenario, {
      provideDocumentLinks: (document) =>
        fileReferences(document.getText()).map(({ kind, name, range }) => {
          const link = new vscode.DocumentLink(toEditorRange(range), fileBeside(document.uri, name));
          link.tooltip = kind === 'include' ? 'Open the scenario' : 'Open the trace';
          return link;
        }),
    }),
  );
}

/** A chain of ranges, each with the next larger one as its parent. */
function selectionOf(text: string, position: vscode.Position): vscode.SelectionRange {
  const ranges = selectionRanges(text, fromEditorPosition(position));
  const nothing = new vscode.SelectionRange(new vscode.Range(position, position));
  const chain = ranges.reduceRight<vscode.SelectionRange | undefined>(
    (parent, range) => new vscode.SelectionRange(toEditorRange(range), parent),
    undefined,
  );
  return chain ?? nothing;
}
