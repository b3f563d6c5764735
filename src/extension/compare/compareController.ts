/** Keeps the Compare view and the session together: a comparison is asked for only while the view is there to be seen. */
import * as vscode from 'vscode';
import type { CompareProgress } from '../../protocol/compare';
import type { FromCompareView, ToCompareView } from '../../protocol/compareView';
import { DEBUG_TYPE, EVENTS, REQUESTS, WEBVIEWS } from '../../protocol/names';
import { ask } from '../debug/requests';
import type { Sessions } from '../debug/sessions';
import { requireSession } from '../debug/stepping';
import { messageOf, reportProblem } from '../problems';
import { exportFile } from '../webviews/exportFile';
import { SinglePanel } from '../webviews/singlePanel';
import { pickSchemes } from './pickSchemes';

const KIND = { id: WEBVIEWS.compare, title: 'Compare Schemes', page: 'compare', icon: 'compare' };

export class CompareController implements vscode.Disposable {
  private readonly panel: SinglePanel<ToCompareView, FromCompareView>;
  private readonly subscriptions: vscode.Disposable[];
  /** Schemes that were compared last, the session's own first. */
  private schemes: string[] = [];
  private questions = 0;

  constructor(
    extensionUri: vscode.Uri,
    private readonly sessions: Sessions,
  ) {
    this.panel = new SinglePanel(extensionUri, KIND);
    this.subscriptions = [
      this.panel,
      this.panel.onDidHear((message) => void this.hear(message)),
      sessions.onDidMove(({ session }) => {
        if (session === sessions.current) void this.compare();
      }),
      sessions.onDidSwitch(() => void this.compare()),
      vscode.debug.onDidReceiveDebugSessionCustomEvent(({ session, event, body }) => {
        if (session.type !== DEBUG_TYPE || event !== EVENTS.compareProgress || session !== sessions.current) return;
        void this.panel.send({ type: 'progress', progress: body as CompareProgress });
      }),
    ];
  }

  /** Opens the view; what to compare with is asked for where it is open already, or nobody has said it yet. */
  async show(): Promise<void> {
    const session = requireSession(this.sessions);
    const configured = Array.isArray(session.configuration.compareWith) && session.configuration.compareWith.length > 0;
    if (this.panel.isOpen || !configured) return this.choose();
    this.panel.reveal();
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private async choose(): Promise<void> {
    requireSession(this.sessions);
    const schemes = await pickSchemes(this.schemes);
    if (schemes === undefined) return;
    this.chosen = schemes;
    this.panel.reveal();
    await this.compare();
  }

  /** Chosen, and not yet sent. */
  private chosen: string[] | undefined;

  private async compare(): Promise<void> {
    const session = this.sessions.current;
    if (!this.panel.isDrawing) return;
    if (!session) return this.panel.send({ type: 'ended' });
    const question = ++this.questions;
    const schemes = this.chosen;
    this.chosen = undefined;
    await this.panel.send({ type: 'working' });
    try {
      const comparison = await ask(session, REQUESTS.compare, schemes === undefined ? {} : { schemes });
      if (comparison.outcome === 'superseded' || session !== this.sessions.current) return;
      this.schemes = comparison.columns.map(({ scheme }) => scheme);
      await this.panel.send({ type: 'comparison', comparison });
    } catch (problem) {
      // The machine may have begun to run again: then the next stop compares.
      if (question === this.questions) await this.panel.send({ type: 'refused', reason: messageOf(problem) });
    }
  }

  private async hear(message: FromCompareView): Promise<void> {
    try {
      await this.handle(message);
    } catch (problem) {
      reportProblem('do what the Compare view asked for', problem);
    }
  }

  private async handle(message: FromCompareView): Promise<void> {
    switch (message.type) {
      case 'ready':
      case 'again':
        return this.compare();
      case 'cancel':
        await ask(requireSession(this.sessions), REQUESTS.cancelCompare, {});
        return;
      case 'choose':
        return this.choose();
      case 'wantExport': {
        const name = `compare-${this.sessions.current ? (this.sessions.momentOf(this.sessions.current)?.tick ?? 0) : 0}`;
        return exportFile({ name, formats: ['svg', 'csv', 'json'], text: (format) => this.panel.exported(format) });
      }
      case 'exported':
        return;
      case 'problem':
        throw new Error(message.message);
    }
  }
}
