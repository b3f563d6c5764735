/** Keeps the Statistics panel and the session together: numbers in, journeys and the pinned moment out. */
import * as vscode from 'vscode';
import { REQUESTS, WEBVIEWS } from '../../protocol/names';
import type { FromAnyView } from '../../protocol/viewMessages';
import type { FromStatisticsView, ToStatisticsView } from '../../protocol/statisticsView';
import type { Pins } from '../debug/pins';
import { ask } from '../debug/requests';
import type { Sessions } from '../debug/sessions';
import { requireSession } from '../debug/stepping';
import { reportProblem } from '../problems';
import type { ExportableViews } from '../webviews/exportable';
import { exportFile } from '../webviews/exportFile';
import { giveFocusBack } from '../webviews/focus';
import { Latest } from '../webviews/latest';
import { SinglePanel } from '../webviews/singlePanel';

const KIND = { id: WEBVIEWS.statistics, title: 'Statistics', page: 'statistics', icon: 'statistics' };

export class StatisticsController implements vscode.Disposable {
  private readonly panel: SinglePanel<ToStatisticsView, FromStatisticsView>;
  private readonly subscriptions: vscode.Disposable[];
  private readonly drawing = new Latest('draw the statistics', () => this.draw());
  /** The plots that the page has: of which session, in which version. */
  private drawn: { session: string; version: number } | undefined;

  constructor(
    extensionUri: vscode.Uri,
    private readonly sessions: Sessions,
    private readonly pins: Pins,
    exportable: ExportableViews,
  ) {
    this.panel = new SinglePanel(extensionUri, KIND);
    exportable.add(KIND.id, () => this.export());
    this.subscriptions = [
      this.panel,
      this.panel.onDidHear((message) => void this.hear(message)),
      sessions.onDidMove(({ session }) => {
        if (session === sessions.current) this.drawing.ask();
      }),
      sessions.onDidSwitch(() => this.drawing.ask()),
      pins.onDidChange(() => this.drawing.ask()),
    ];
  }

  show(): void {
    this.panel.reveal();
    this.drawing.ask();
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  /** Nothing is asked of the session while nobody sees the answer. */
  private async draw(): Promise<void> {
    const { panel } = this;
    const session = this.sessions.current;
    if (!panel.isDrawing) return;
    if (!session) return panel.send({ type: 'ended' });
    const known = this.drawn?.session === session.id ? this.drawn.version : undefined;
    const statistics = await ask(session, REQUESTS.statistics, known === undefined ? {} : { known });
    if (session !== this.sessions.current || !panel.isDrawing) return;
    this.pins.set(statistics.pin !== undefined);
    this.drawn = { session: session.id, version: statistics.version };
    await panel.send({ type: 'statistics', statistics });
  }

  private async hear(message: FromStatisticsView | FromAnyView): Promise<void> {
    try {
      await this.handle(message);
    } catch (problem) {
      reportProblem(message.type === 'seek' ? 'go to this tick' : 'do what the Statistics view asked for', problem);
    }
  }

  private async handle(message: FromStatisticsView | FromAnyView): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.drawn = undefined;
        return this.drawing.ask();
      case 'seek':
        return this.seek(message.tick);
      case 'pin':
        return this.pins.pin(message.pin);
      case 'wantExport':
        return this.export();
      case 'exported':
        return;
      case 'problem':
        throw new Error(message.message);
    }
  }

  private async seek(tick: number): Promise<void> {
    const session = requireSession(this.sessions);
    const focus = giveFocusBack(() => this.panel.takeFocus());
    try {
      await ask(session, REQUESTS.seek, { tick, event: 0 });
    } catch (problem) {
      focus.dispose();
      throw problem;
    }
  }

  private export(): Promise<void> {
    const session = this.sessions.current;
    const tick = session && this.sessions.momentOf(session)?.tick;
    const name = tick === undefined ? 'statistics' : `statistics-${tick}`;
    return exportFile({ name, formats: ['svg', 'csv', 'json'], text: (format) => this.panel.exported(format) });
  }
}
