/** What is launched and what the adapter refuses, in the output channel: the notification is gone when one wants to read it. */
import * as vscode from 'vscode';
import { DEBUG_TYPE } from '../../protocol/names';
import { logFact, logProblem } from '../problems';

export function registerSessionLog(): vscode.Disposable {
  return vscode.debug.registerDebugAdapterTrackerFactory(DEBUG_TYPE, {
    createDebugAdapterTracker: ({ name, configuration }): vscode.DebugAdapterTracker => ({
      onWillStartSession: () => logFact(`“${name}” begins: ${JSON.stringify(configuration)}`),
      onDidSendMessage: (message: unknown) => logRefusal(name, message),
      onError: (problem) => logProblem(`talk to the debugger of “${name}”`, problem),
      onExit: (code, signal) => {
        // Without a debugger at its side, an adapter ends with 0.
        if (code !== 0 && code !== undefined)
          logProblem(`go on with “${name}”`, `its debugger ended with ${signal ?? `exit code ${code}`}`);
      },
    }),
  });
}

/** A launch that was refused: the reason, in full. */
function logRefusal(name: string, message: unknown): void {
  const { type, command, success, message: short, body } = message as Record<string, unknown>;
  if (type !== 'response' || success !== false || (command !== 'launch' && command !== 'restart')) return;
  const { error } = (body ?? {}) as { error?: { format?: string } };
  logProblem(`start “${name}”`, error?.format ?? short);
}
