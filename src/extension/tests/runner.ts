/** Runs what is chosen in the Test Explorer, a file at a time, and says of each test how it went. */
import * as vscode from 'vscode';
import { TEST_MESSAGES } from '../../protocol/names';
import type { TestSuite } from '../../protocol/tests';
import { programOf, saveProgram, uriOf } from '../debug/activeProgram';
import type { ExtensionHost } from '../host';
import { messageOf } from '../problems';
import type { Discovery } from './discovery';
import type { FailureMoments } from './failures';
import { type Verdict, verdictOf, type VerdictMessage } from './verdict';

export class TestRunner {
  constructor(
    private readonly controller: vscode.TestController,
    private readonly discovery: Discovery,
    private readonly failures: FailureMoments,
    private readonly host: ExtensionHost,
  ) {}

  async run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    // Everything: also what nobody has looked at yet.
    if (request.include === undefined) await this.discovery.refreshAll();
    const run = this.controller.createTestRun(request);
    const files = byFile(this.chosen(request));
    for (const items of files.values()) items.forEach((item) => run.enqueued(item));
    const abort = new AbortController();
    const listener = token.onCancellationRequested(() => abort.abort());
    try {
      for (const items of files.values()) {
        if (token.isCancellationRequested) items.forEach((item) => run.skipped(item));
        else await this.runFile(run, items, abort.signal);
      }
    } finally {
      listener.dispose();
      run.end();
    }
  }

  /** The items that run something, in the order of the tree. */
  chosen({ include, exclude }: vscode.TestRunRequest): vscode.TestItem[] {
    const found: vscode.TestItem[] = [];
    const visit = (item: vscode.TestItem): void => {
      if (exclude?.includes(item)) return;
      if (this.discovery.targetOf(item)) found.push(item);
      else item.children.forEach(visit);
    };
    if (include) include.forEach(visit);
    else this.controller.items.forEach(visit);
    return [...new Set(found)];
  }

  private async runFile(run: vscode.TestRun, items: vscode.TestItem[], signal: AbortSignal): Promise<void> {
    const waiting = new Map(items.map((item) => [this.discovery.targetOf(item)?.name ?? '', item]));
    const [uri] = items.map((item) => item.uri);
    const startNext = (): void => {
      const [next] = waiting.values();
      if (next) run.started(next);
    };
    if (uri === undefined) return;
    const program = programOf(uri);
    const show = (suite: TestSuite): void => {
      const item = waiting.get(suite.test ?? '');
      if (item === undefined) return;
      waiting.delete(suite.test ?? '');
      this.report(run, item, uri, verdictOf(suite));
      startNext();
    };
    startNext();
    try {
      await saveProgram(program);
      await this.host.runTests({ program, tests: [...waiting.keys()] }, show, signal);
      // Cancelled before their turn.
      waiting.forEach((item) => run.skipped(item));
    } catch (problem) {
      waiting.forEach((item) => run.errored(item, new vscode.TestMessage(messageOf(problem))));
    }
  }

  private report(run: vscode.TestRun, item: vscode.TestItem, uri: vscode.Uri, verdict: Verdict): void {
    const { state, durationMs, output } = verdict;
    for (const { text, ...place } of output)
      run.appendOutput(`${text.replace(/\r?\n/g, '\r\n')}\r\n`, locationOf(uri, place), item);
    this.failures.forget(item);
    const messages = verdict.messages.map((message) => this.messageFor(item, uri, message));
    for (const { text } of verdict.messages)
      run.appendOutput(`✗ ${text.replace(/\r?\n/g, '\r\n')}\r\n`, undefined, item);
    switch (state) {
      case 'passed':
        return run.passed(item, durationMs);
      case 'failed':
        return run.failed(item, messages, durationMs);
      case 'errored':
        return run.errored(item, messages, durationMs);
      case 'skipped':
        return run.skipped(item);
    }
  }

  private messageFor(item: vscode.TestItem, uri: vscode.Uri, given: VerdictMessage): vscode.TestMessage {
    const { text, expected, actual, tick } = given;
    const message =
      expected === undefined || actual === undefined
        ? new vscode.TestMessage(text)
        : vscode.TestMessage.diff(text, expected, actual);
    message.location = locationOf(uri, given) ?? (item.range && new vscode.Location(uri, item.range));
    if (tick !== undefined) {
      message.contextValue = TEST_MESSAGES.failure;
      this.failures.remember(item, message, tick);
    }
    return message;
  }
}

function byFile(items: readonly vscode.TestItem[]): Map<string, vscode.TestItem[]> {
  const files = new Map<string, vscode.TestItem[]>();
  for (const item of items) {
    const key = item.uri?.toString() ?? '';
    files.set(key, [...(files.get(key) ?? []), item]);
  }
  return files;
}

function locationOf(
  program: vscode.Uri,
  { line, file }: Pick<VerdictMessage, 'line' | 'file'>,
): vscode.Location | undefined {
  if (line === undefined) return undefined;
  return new vscode.Location(file === undefined ? program : fileOf(program, file), new vscode.Position(line, 0));
}

/** In a browser paths may be those of the workspace's file system. */
function fileOf(program: vscode.Uri, file: string): vscode.Uri {
  const uri = uriOf(file);
  return uri.scheme === 'file' && program.scheme !== 'file' ? program.with({ path: file }) : uri;
}
