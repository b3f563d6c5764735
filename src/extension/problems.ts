/**
 * Telling a person what went wrong: one sentence in a notification; the details go to the output channel, never into
 * the person's face.
 */
import * as vscode from 'vscode';

let log: vscode.LogOutputChannel | undefined;

export function openLog(): vscode.Disposable {
  log = vscode.window.createOutputChannel('ptscope', { log: true });
  return log;
}

/** `doing` completes “could not …”. */
export function reportProblem(doing: string, problem: unknown): void {
  logProblem(doing, problem);
  void offerLog(`ptscope could not ${doing}: ${messageOf(problem)}`);
}

async function offerLog(sentence: string): Promise<void> {
  const show = 'Show Log';
  if ((await vscode.window.showErrorMessage(sentence, show)) === show) log?.show();
}

/** For whoever wants to know later what was done. */
export function logFact(sentence: string): void {
  log?.info(sentence);
}

/** For work that nobody asked for, such as refreshing a view: the view itself shows the message. */
export function logProblem(doing: string, problem: unknown): void {
  log?.error(`could not ${doing}:`, problem instanceof Error ? problem : messageOf(problem));
}

export function messageOf(problem: unknown): string {
  return problem instanceof Error ? problem.message : String(problem);
}

/** The same function, with failures reported instead of thrown. */
export function guarded<Args extends unknown[]>(
  doing: string,
  action: (...args: Args) => unknown,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    try {
      await action(...args);
    } catch (problem) {
      reportProblem(doing, problem);
    }
  };
}
