/** Keeps the Walk panel and the session together: pictures in, seeks and hovers out. */
import * as vscode from 'vscode';
import { REQUESTS, SETTINGS, WEBVIEWS } from '../../protocol/names';
import type { Moment } from '../../protocol/requests';
import type { FromWalkView, ToWalkView } from '../../protocol/walkView';
import type { Pins } from '../debug/pins';
import { ask } from '../debug/requests';
import type { Move, Sessions } from '../debug/sessions';
import { requireSession } from '../debug/stepping';
import { travel } from '../debug/travel';
import { logProblem, reportProblem } from '../problems';
import { addressOf } from '../trees/rows';
import type { ExportableViews } from '../webviews/exportable';
import { exportFile } from '../webviews/exportFile';
import { giveFocusBack } from '../webviews/focus';
import { listingFirst } from '../webviews/listingFirst';
import { SinglePanel } from '../webviews/singlePanel';
import { ListingEditors } from './listing';

const KIND = { id: WEBVIEWS.walk, title: 'Walk', page: 'walk', icon: 'walk' };

export class WalkController implements vscode.Disposable {
  private readonly panel: SinglePanel<ToWalkView, FromWalkView>;
  /** The address whose walk is shown instead of the current access, until the cursor moves. */
  private inspected: string | undefined;
  /** Sessions for which the panel was opened by itself; a person who closed it wants it closed. */
  private readonly opened = new Set<string>();
  private readonly listings: ListingEditors;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    extensionUri: vscode.Uri,
    private readonly sessions: Sessions,
    pins: Pins,
    exportable: ExportableViews,
  ) {
    this.panel = new SinglePanel(extensionUri, KIND);
    exportable.add(KIND.id, () => this.export());
    this.listings = new ListingEditors(sessions);
    this.subscriptions = [
      this.panel,
      this.panel.onDidHear((message) => void this.hear(message)),
      this.panel.onDidClose(() => this.listings.light(undefined)),
      this.listings,
      this.listings.onDidPoint((event) => void this.panel.send({ type: 'light', event })),
      sessions.onDidMove((move) => this.follow(move)),
      sessions.onDidSwitch(() => this.draw()),
      pins.onDidChange(() => this.draw()),
    ];
  }

  get isOpen(): boolean {
    return this.panel.isOpen;
  }

  show(): void {
    this.inspected = undefined;
    this.reveal();
  }

  showWalkOf(argument: unknown): void {
    const address = typeof argument === 'string' ? argument : addressOf(argument);
    if (address === undefined) throw new Error('choose it from the context menu of a row that has an address');
    requireSession(this.sessions);
    this.inspected = address;
    this.reveal();
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private reveal(): void {
    this.panel.reveal();
    this.draw();
  }

  private follow({ session }: Move): void {
    if (session !== this.sessions.current) return;
    this.inspected = undefined;
    this.listings.light(undefined);
    if (!this.panel.isOpen && this.opensByItself(session)) void listingFirst().then(() => this.reveal());
    else this.draw();
  }

  private opensByItself(session: vscode.DebugSession): boolean {
    if (this.opened.has(session.id) || session.configuration.noDebug) return false;
    this.opened.add(session.id);
    return vscode.workspace.getConfiguration().get<boolean>(SETTINGS.openWalkAutomatically, true);
  }

  private draw(): void {
    this.drawing().catch((problem: unknown) => logProblem('draw the walk', problem));
  }

  private async drawing(): Promise<void> {
    const { panel } = this;
    const session = this.sessions.current;
    if (!panel.isDrawing) return;
    if (!session) {
      await panel.send({ type: 'ended' });
      return;
    }
    const request = this.inspected === undefined ? {} : { address: this.inspected };
    const { picture, place } = await ask(session, REQUESTS.walk, request);
    // The cursor may have moved, or the session changed, while the answer was on its way: a newer one follows.
    if (session !== this.sessions.current) return;
    const moment = this.sessions.momentOf(session);
    const travels = moment !== undefined && (moment.canStepBack || moment.running);
    await panel.send({ type: 'picture', picture, place, travels });
  }

  private async hear(message: FromWalkView): Promise<void> {
    try {
      await this.handle(message);
    } catch (problem) {
      reportProblem(message.type === 'seek' ? 'go to this event' : 'do what the Walk view asked for', problem);
    }
  }

  private async handle(message: FromWalkView): Promise<void> {
    switch (message.type) {
      case 'ready':
        return this.drawing();
      case 'hover':
        return this.listings.light(message.event);
      case 'seek':
        return this.seek(message);
      case 'travel':
        return this.travel(message);
      case 'wantExport':
        return this.export();
      case 'exported':
        return;
      case 'problem':
        throw new Error(message.message);
    }
  }

  private export(): Promise<void> {
    const tick = this.currentTick();
    const name = tick === undefined ? 'walk' : `walk-${tick}`;
    return exportFile({ name, formats: ['svg', 'json'], text: (format) => this.panel.exported(format) });
  }

  private travel({ what, direction, address }: Extract<FromWalkView, { type: 'travel' }>): Promise<void> {
    const place = what === 'change' ? `entry:pa:${address}` : address;
    const focus = giveFocusBack(() => this.panel.takeFocus());
    return travel(this.sessions, what, direction, place).catch((problem: unknown) => {
      focus.dispose();
      throw problem;
    });
  }

  private async seek({ tick, event }: Moment): Promise<void> {
    const session = requireSession(this.sessions);
    const focus = giveFocusBack(() => this.panel.takeFocus());
    try {
      await ask(session, REQUESTS.seek, { tick, event });
    } catch (problem) {
      focus.dispose();
      throw problem;
    }
  }

  private currentTick(): number | undefined {
    const session = this.sessions.current;
    return session && this.sessions.momentOf(session)?.tick;
  }
}
