/** The History view in the Run and Debug side bar: rows in when they are looked at, journeys out. */
import * as vscode from 'vscode';
import { REQUESTS, VIEWS } from '../../protocol/names';
import type { HistoryRowsArguments } from '../../protocol/history';
import type { FromHistoryView, ToHistoryView } from '../../protocol/historyView';
import type { FromAnyView } from '../../protocol/viewMessages';
import type { Pins } from '../debug/pins';
import { ask } from '../debug/requests';
import type { Sessions } from '../debug/sessions';
import { requireSession } from '../debug/stepping';
import { reportProblem } from '../problems';
import type { ExportableViews } from '../webviews/exportable';
import { exportFile } from '../webviews/exportFile';
import { giveFocusBack } from '../webviews/focus';
import { Latest } from '../webviews/latest';
import { ViewPage } from '../webviews/page';
import type { Marks } from './marks';

export class HistoryController implements vscode.Disposable, vscode.WebviewViewProvider {
  private page: ViewPage<ToHistoryView, FromHistoryView> | undefined;
  private view: vscode.WebviewView | undefined;
  private readonly subscriptions: vscode.Disposable[];
  /** The machine moves: until it stops there is no use in asking for rows. */
  private refused = false;
  private readonly drawing = new Latest('draw the history', () => this.draw());

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly sessions: Sessions,
    private readonly marks: Marks,
    private readonly pins: Pins,
    exportable: ExportableViews,
  ) {
    exportable.add(VIEWS.history, () => this.export());
    this.subscriptions = [
      vscode.window.registerWebviewViewProvider(VIEWS.history, this),
      sessions.onDidMove(({ session }) => {
        if (session === sessions.current) this.drawing.ask();
      }),
      sessions.onDidSwitch(() => this.drawing.ask()),
      marks.onDidChange(() => this.drawing.ask()),
      pins.onDidChange(() => this.drawing.ask()),
    ];
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.page?.dispose();
    const page = new ViewPage<ToHistoryView, FromHistoryView>(view.webview, this.extensionUri, 'history');
    this.page = page;
    this.view = view;
    page.onDidHear((message) => void this.hear(message));
    view.onDidChangeVisibility(() => {
      if (!view.visible) page.hide();
    });
    view.onDidDispose(() => {
      page.dispose();
      if (this.page === page) this.page = this.view = undefined;
    });
  }

  async show(): Promise<void> {
    requireSession(this.sessions);
    await vscode.commands.executeCommand(`${VIEWS.history}.focus`);
  }

  dispose(): void {
    this.page?.dispose();
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  /** Nothing is asked of the session while nobody sees the answer. */
  private async draw(): Promise<void> {
    const { page } = this;
    const session = this.sessions.current;
    if (!page?.isReady) return;
    if (!session) return page.send({ type: 'ended' });
    const history = await ask(session, REQUESTS.history, {});
    if (session !== this.sessions.current) return;
    this.refused = false;
    this.pins.set(history.pin !== undefined);
    await page.send({ type: 'history', session: session.id, history, marks: this.marks.of(session) });
  }

  private async hear(message: FromHistoryView | FromAnyView): Promise<void> {
    try {
      await this.handle(message);
    } catch (problem) {
      // Rows are asked for by the view itself: nobody waits for an answer that a stop would make out of date.
      if (message.type === 'want') this.refused = true;
      else reportProblem(message.type === 'seek' ? 'go to this moment' : 'do what the History view asked for', problem);
    }
  }

  private async handle(message: FromHistoryView | FromAnyView): Promise<void> {
    switch (message.type) {
      case 'ready':
        return this.drawing.ask();
      case 'want':
        return this.list(message);
      case 'seek':
        return this.seek(message.tick, message.event);
      case 'wantExport':
        return this.export();
      case 'exported':
        return;
      case 'problem':
        throw new Error(message.message);
    }
  }

  private async list({ list, start, count }: HistoryRowsArguments): Promise<void> {
    const session = this.sessions.current;
    if (!session || this.refused) return;
    const answer = await ask(session, REQUESTS.historyRows, { list, start, count });
    if (session === this.sessions.current) await this.page?.send({ type: 'rows', list, answer });
  }

  private async seek(tick: number, event: number): Promise<void> {
    const session = requireSession(this.sessions);
    const focus = giveFocusBack(async () => {
      this.view?.show(false);
      await this.page?.send({ type: 'focus' });
    });
    try {
      await ask(session, REQUESTS.seek, { tick, event });
    } catch (problem) {
      focus.dispose();
      throw problem;
    }
  }

  private async export(): Promise<void> {
    const { page } = this;
    if (!page?.isReady) throw new Error('the History view is not visible');
    await exportFile({ name: 'history', formats: ['csv', 'json'], text: (format) => page.exported(format) });
  }
}
