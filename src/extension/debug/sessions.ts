/**
 * Which ptscope session a person looks at, and where its cursor stands. Views listen here and nowhere else.
 */
import * as vscode from 'vscode';
import { CONTEXTS, DEBUG_TYPE, EVENTS, REQUESTS } from '../../protocol/names';
import type { MomentInfo } from '../../protocol/requests';
import { logProblem } from '../problems';
import { ask } from './requests';

export interface Move {
  session: vscode.DebugSession;
  moment: MomentInfo;
}

export class Sessions implements vscode.Disposable {
  private readonly moments = new Map<string, MomentInfo>();
  private readonly running: vscode.DebugSession[] = [];
  private readonly moved = new vscode.EventEmitter<Move>();
  private readonly switched = new vscode.EventEmitter<vscode.DebugSession | undefined>();
  private readonly ended = new vscode.EventEmitter<vscode.DebugSession>();
  private readonly subscriptions: vscode.Disposable[];
  private shown: vscode.DebugSession | undefined;

  /** The cursor of a session has moved. */
  readonly onDidMove = this.moved.event;
  /** Another session is looked at, or none. */
  readonly onDidSwitch = this.switched.event;
  readonly onDidEnd = this.ended.event;

  constructor() {
    const { debug } = vscode;
    this.subscriptions = [
      this.moved,
      this.switched,
      this.ended,
      debug.onDidStartDebugSession((session) => this.begin(session)),
      debug.onDidTerminateDebugSession((session) => this.end(session)),
      debug.onDidChangeActiveDebugSession(() => this.follow()),
      debug.onDidChangeActiveStackItem(() => this.follow()),
      debug.onDidReceiveDebugSessionCustomEvent((event) => this.receive(event)),
    ];
    const session = debug.activeDebugSession;
    if (session) this.begin(session);
  }

  /** The session that views show: the active one if it is ours, else the last that was. */
  get current(): vscode.DebugSession | undefined {
    return this.shown;
  }

  momentOf(session: vscode.DebugSession): MomentInfo | undefined {
    return this.moments.get(session.id);
  }

  /** The thread (a CPU) that a person has selected. */
  get threadId(): number {
    const item = vscode.debug.activeStackItem;
    return item?.session.id === this.shown?.id ? (item?.threadId ?? 1) : 1;
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private begin(session: vscode.DebugSession): void {
    if (session.type !== DEBUG_TYPE || this.running.includes(session)) return;
    this.running.push(session);
    this.follow();
  }

  private end(session: vscode.DebugSession): void {
    const index = this.running.indexOf(session);
    if (index < 0) return;
    this.running.splice(index, 1);
    this.moments.delete(session.id);
    this.ended.fire(session);
    this.follow();
  }

  private follow(): void {
    const active = this.running.find(({ id }) => id === vscode.debug.activeDebugSession?.id);
    const kept = this.running.find((session) => session === this.shown);
    const next = active ?? kept ?? this.running[this.running.length - 1];
    if (next === this.shown) return;
    this.shown = next;
    this.updateContexts();
    this.switched.fire(next);
    if (next && !this.moments.has(next.id)) void this.fetch(next);
  }

  /** A session that was there before this extension: its last move has not been heard. */
  private async fetch(session: vscode.DebugSession): Promise<void> {
    try {
      this.take(session, await ask(session, REQUESTS.moment, {}));
    } catch (problem) {
      logProblem('ask where the cursor is', problem);
    }
  }

  private receive({ session, event, body }: vscode.DebugSessionCustomEvent): void {
    if (event !== EVENTS.moment || session.type !== DEBUG_TYPE) return;
    this.begin(session);
    this.take(session, body as MomentInfo);
  }

  private take(session: vscode.DebugSession, moment: MomentInfo): void {
    if (!this.running.includes(session)) return;
    this.moments.set(session.id, moment);
    this.updateContexts();
    this.moved.fire({ session, moment });
  }

  private updateContexts(): void {
    const moment = this.shown && this.moments.get(this.shown.id);
    setContext(CONTEXTS.sessionActive, this.shown !== undefined);
    setContext(CONTEXTS.canStepBack, moment?.canStepBack ?? false);
  }
}

function setContext(key: string, value: boolean): void {
  void vscode.commands.executeCommand('setContext', key, value);
}
