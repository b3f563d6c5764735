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
  /** What the tick has still to do: a person reads what has happened, and sees how it goes on. */
  private readonly ahead = vscode.window.createTextEditorDecorationType({ isWholeLine: true, opacity: '0.55' });
  private readonly pointed = new vscode.EventEmitter<number | undefined>();
  private readonly subscriptions: vscode.Disposable[];

  /** The event whose line a person has put the cursor on, in the listing of the current tick. */
  readonly onDidPoint = this.pointed.event;

  constructor(private readonly sessions: Sessions) {
    const dim = (): void => this.dimAhead();
    this.subscriptions = [
      vscode.window.onDidChangeTextEditorSelection(({ textEditor, selections, kind }) => {
        // Without a kind the debugger itself has moved the selection to where it stopped.
        if (kind === undefined || !this.isCurrent(textEditor.document)) return;
        this.pointed.fire(selections[0]?.active.line);
      }),
      sessions.onDidMove(dim),
      sessions.onDidEnd(dim),
      vscode.window.onDidChangeVisibleTextEditors(dim),
    ];
  }

  private dimAhead(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const { document } = editor;
      if (document.languageId !== LANGUAGES.listing) continue;
      const session = this.sessions.current;
      const moment = session && this.isCurrent(document) ? this.sessions.momentOf(session) : undefined;
      // At the start of the tick all of it is ahead, and dimming all would say nothing.
      const first = moment === undefined || moment.event === 0 ? document.lineCount : moment.event + 1;
      const ranges =
        first < document.lineCount ? [new vscode.Range(first, 0, document.lineCount - 1, Number.MAX_SAFE_INTEGER)] : [];
      editor.setDecorations(this.ahead, ranges);
    }
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
    vscode.Disposable.from(this.decoration, this.ahead, this.pointed, ...this.subscriptions).dispose();
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
