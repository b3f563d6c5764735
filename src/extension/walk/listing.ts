/** The tick's listing in an editor: lighting the line of an event, and hearing which line a person points at. */
import * as vscode from 'vscode';
import { LANGUAGES } from '../../protocol/names';
import type { Sessions } from '../debug/sessions';

export class ListingEditors implements vscode.Disposable {
  private readonly decoration = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor('editor.hoverHighlightBackground'),
    outline: '1px dotted',
    outlineColor: new vscode.ThemeColor('contrastActiveBorder'),
    overviewRulerColor: new vscode.ThemeColor('editor.hoverHighlightBackground'),
  });
  private readonly pointed = new vscode.EventEmitter<number | undefined>();
  private readonly subscription: vscode.Disposable;

  /** The event whose line a person has put the cursor on, in the listing of the current tick. */
  readonly onDidPoint = this.pointed.event;

  constructor(private readonly sessions: Sessions) {
    this.subscription = vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections, kind }) => {
      // Without a kind the debugger itself has moved the selection to where it stopped.
      if (kind === undefined || !this.isCurrent(textEditor.document)) return;
      this.pointed.fire(selections[0]?.active.line);
    });
  }

  /** Event e stands on line e + 1, counted from one. */
  light(event: number | undefined): void {
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document.languageId !== LANGUAGES.listing) continue;
      const shown = event !== undefined && event < editor.document.lineCount && this.isCurrent(editor.document);
      const ranges = shown ? [editor.document.lineAt(event).range] : [];
      editor.setDecorations(this.decoration, ranges);
      const range = ranges[0];
      if (range) editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    }
  }

  dispose(): void {
    vscode.Disposable.from(this.decoration, this.pointed, this.subscription).dispose();
  }

  /** VS Code opens sources of a session as `debug:NAME?session=ID&ref=NUMBER`. */
  private isCurrent({ languageId, uri }: vscode.TextDocument): boolean {
    const session = this.sessions.current;
    if (languageId !== LANGUAGES.listing || !session) return false;
    const query = new URLSearchParams(uri.query);
    const moment = this.sessions.momentOf(session);
    return query.get('session') === session.id && Number(query.get('ref')) === moment?.listing;
  }
}
