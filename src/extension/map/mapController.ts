/** Keeps the Address-Space Map and the session together: what the view looks at is asked for after every stop. */
import * as vscode from 'vscode';
import type { MapArguments } from '../../protocol/map';
import type { FromMapView, ToMapView } from '../../protocol/mapView';
import { REQUESTS, WEBVIEWS } from '../../protocol/names';
import { ask } from '../debug/requests';
import type { Sessions } from '../debug/sessions';
import { requireSession } from '../debug/stepping';
import { logProblem, reportProblem } from '../problems';
import type { Trees } from '../trees/register';
import { addressOf, spaceOf } from '../trees/rows';
import { exportFile } from '../webviews/exportFile';
import { SinglePanel } from '../webviews/singlePanel';

const KIND = { id: WEBVIEWS.map, title: 'Address-Space Map', page: 'map', icon: 'map' };

/** Of very large processes the first map comes in parts: how often it is asked for at most. */
const MOST_PARTS = 60;

export interface Reveals {
  trees: Trees;
  showWalk(address: string): void;
  isWalkOpen(): boolean;
}

export class MapController implements vscode.Disposable {
  private readonly panel: SinglePanel<ToMapView, FromMapView>;
  private readonly subscriptions: vscode.Disposable[];
  /** What the view looks at. */
  private look: MapArguments | undefined;
  /** What it is to look at once it is there. */
  private wanted: { space: number | undefined; address: string | undefined } | undefined;
  private drawings = 0;

  constructor(
    extensionUri: vscode.Uri,
    private readonly sessions: Sessions,
    private readonly reveals: Reveals,
  ) {
    this.panel = new SinglePanel(extensionUri, KIND);
    this.subscriptions = [
      this.panel,
      this.panel.onDidHear((message) => void this.hear(message)),
      sessions.onDidMove(({ session }) => {
        if (session === sessions.current) this.draw();
      }),
      sessions.onDidSwitch(() => this.draw()),
    ];
  }

  get isOpen(): boolean {
    return this.panel.isOpen;
  }

  /** Of a row or of nothing: the address space of the row, at its address. */
  async show(argument?: unknown): Promise<void> {
    requireSession(this.sessions);
    this.wanted = { space: spaceOf(argument), address: addressOf(argument) };
    this.panel.reveal();
    if (this.panel.isDrawing) await this.sendWanted();
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private async sendWanted(): Promise<void> {
    const { wanted } = this;
    this.wanted = undefined;
    if (wanted) await this.panel.send({ type: 'show', ...wanted });
  }

  private draw(): void {
    this.drawing().catch((problem: unknown) => logProblem('draw the address-space map', problem));
  }

  private async drawing(): Promise<void> {
    const session = this.sessions.current;
    if (!this.panel.isDrawing) return;
    if (!session) return this.panel.send({ type: 'ended' });
    const { look } = this;
    if (!look) return;
    const drawing = ++this.drawings;
    let unknown = Infinity;
    for (let part = 0; part < MOST_PARTS; part++) {
      const map = await ask(session, REQUESTS.map, look);
      // The view looks elsewhere by now, or the cursor has moved: a newer answer follows.
      if (drawing !== this.drawings || session !== this.sessions.current) return;
      await this.panel.send({ type: 'map', map });
      const left = unknownIn(map.filled);
      if (map.complete || left >= unknown) return;
      unknown = left;
    }
  }

  private async hear(message: FromMapView): Promise<void> {
    try {
      await this.handle(message);
    } catch (problem) {
      // The machine may have begun to run again: then the next stop draws.
      if (message.type === 'look' || message.type === 'ask') logProblem('look at the address space', problem);
      else reportProblem('do what the Address-Space Map asked for', problem);
    }
  }

  private async handle(message: FromMapView): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.wanted ??= { space: undefined, address: undefined };
        if (!this.sessions.current) return this.panel.send({ type: 'ended' });
        return this.sendWanted();
      case 'look':
        this.look = message.at;
        return this.drawing();
      case 'ask': {
        const { question, space, first, pages } = message;
        const place = await ask(requireSession(this.sessions), REQUESTS.mapPlace, {
          first,
          pages,
          ...(space === undefined ? {} : { space }),
        });
        return this.panel.send({ type: 'place', question, place });
      }
      case 'reveal':
        return this.reveal(message.address, message.space);
      case 'wantExport': {
        const name = `map-${this.sessions.current ? (this.sessions.momentOf(this.sessions.current)?.tick ?? 0) : 0}`;
        return exportFile({ name, formats: ['svg', 'csv', 'json'], text: (format) => this.panel.exported(format) });
      }
      case 'exported':
        return;
      case 'problem':
        throw new Error(message.message);
    }
  }

  private async reveal(address: string, space: number | undefined): Promise<void> {
    requireSession(this.sessions);
    if (this.reveals.isWalkOpen()) this.reveals.showWalk(address);
    await this.reveals.trees.reveal(address, space);
  }
}

/** Sum of the pages that nobody has looked at: `MapField.Unknown`, one before the last. */
function unknownIn(filled: readonly (readonly number[])[]): number {
  return filled.reduce((sum, cell) => sum + (cell[cell.length - 2] ?? 0), 0);
}
