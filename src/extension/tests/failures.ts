/** Where on the tape each shown failure happened, so that a debugger can be started there. */
import * as vscode from 'vscode';
import { launchOf } from '../debug/configurations';
import type { Discovery } from './discovery';

export class FailureMoments {
  private readonly ticks = new Map<string, Map<string, number>>();

  constructor(private readonly discovery: Discovery) {}

  forget({ id }: vscode.TestItem): void {
    this.ticks.delete(id);
  }

  remember({ id }: vscode.TestItem, message: vscode.TestMessage, tick: number): void {
    const known = this.ticks.get(id) ?? new Map<string, number>();
    const key = keyOf(message);
    // The same place can fail many times with the same words: the first time is the one to look at.
    if (!known.has(key)) known.set(key, tick);
    this.ticks.set(id, known);
  }

  tickOf({ id }: vscode.TestItem, message: vscode.TestMessage | undefined): number | undefined {
    const known = this.ticks.get(id);
    return message === undefined ? known?.values().next().value : known?.get(keyOf(message));
  }

  /** The command of a failure's menu, which hands over a test and one of its messages. */
  async debug(argument: unknown): Promise<void> {
    const { test, message } = (argument ?? {}) as { test?: vscode.TestItem; message?: vscode.TestMessage };
    const target = test && this.discovery.targetOf(test);
    if (test === undefined || target === undefined) throw new Error('choose a failure in the Test Results first');
    const tick = this.tickOf(test, message) ?? this.tickOf(test, undefined);
    if (tick === undefined) throw new Error('this test has not failed since it was changed; run it first');
    const configuration = { ...launchOf(target.uri), ...(target.name !== '' && { test: target.name }), goto: tick };
    await vscode.debug.startDebugging(vscode.workspace.getWorkspaceFolder(target.uri), configuration);
  }
}

/** VS Code hands over a copy of the message. */
function keyOf({ message, location }: vscode.TestMessage): string {
  const text = typeof message === 'string' ? message : message.value;
  return `${location?.uri.toString()}:${location?.range.start.line}: ${text}`;
}
