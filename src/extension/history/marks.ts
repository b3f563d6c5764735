/** Moments with names, kept with the workspace, by program: a run is the same every time, so a mark is good for the next. */
import * as vscode from 'vscode';
import type { Mark } from '../../protocol/historyView';
import type { Moment } from '../../protocol/requests';

const KEY = 'history.marks';

type Stored = Record<string, Mark[]>;

export class Marks implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();

  readonly onDidChange = this.changed.event;

  constructor(private readonly memory: vscode.Memento) {}

  /** Ascending. */
  of(session: vscode.DebugSession): Mark[] {
    return this.stored()[programOf(session)] ?? [];
  }

  /** There is one mark a moment: a new name replaces the old one. */
  async add(session: vscode.DebugSession, mark: Mark): Promise<void> {
    await this.write(session, [...this.of(session).filter((other) => !isSame(other, mark)), mark]);
  }

  async remove(session: vscode.DebugSession, moment: Moment): Promise<void> {
    await this.write(
      session,
      this.of(session).filter((mark) => !isSame(mark, moment)),
    );
  }

  dispose(): void {
    this.changed.dispose();
  }

  private stored(): Stored {
    return this.memory.get<Stored>(KEY, {});
  }

  private async write(session: vscode.DebugSession, marks: Mark[]): Promise<void> {
    await this.memory.update(KEY, { ...this.stored(), [programOf(session)]: marks.toSorted(inOrder) });
    this.changed.fire();
  }
}

const programOf = ({ configuration }: vscode.DebugSession): string => String(configuration.program);

export const inOrder = (a: Moment, b: Moment): number => a.tick - b.tick || a.event - b.event;
export const isSame = (a: Moment, b: Moment): boolean => inOrder(a, b) === 0;
