/** What a person chose in one session and expects in the next: the number format, and how far a step goes. */
import * as vscode from 'vscode';
import { DEBUG_TYPE, REQUESTS, SETTINGS } from '../../protocol/names';
import type { StepUnit } from '../../protocol/launch';
import { logProblem } from '../problems';
import { ask } from './requests';
import { requireSession } from './stepping';
import type { Sessions } from './sessions';

const HEX_KEY = 'ptscope.numbers.hex';

export async function toggleHex(sessions: Sessions, state: vscode.Memento): Promise<void> {
  const { hex } = await ask(requireSession(sessions), REQUESTS.numberFormat, { hex: 'toggle' });
  await state.update(HEX_KEY, hex);
  vscode.window.setStatusBarMessage(`ptscope: numbers are ${hex ? 'hexadecimal' : 'decimal'}`, 4000);
}

export function registerRemembered(sessions: Sessions, state: vscode.Memento): vscode.Disposable {
  return vscode.Disposable.from(
    vscode.debug.onDidStartDebugSession((session) => {
      if (session.type !== DEBUG_TYPE || state.get(HEX_KEY, true)) return;
      ask(session, REQUESTS.numberFormat, { hex: false }).catch((problem: unknown) =>
        logProblem('show numbers as in the last session', problem),
      );
    }),
    vscode.workspace.onDidChangeConfiguration((change) => {
      const session = sessions.current;
      if (session === undefined || !change.affectsConfiguration(SETTINGS.stepOver)) return;
      const stepOver = vscode.workspace.getConfiguration().get<StepUnit>(SETTINGS.stepOver, 'access');
      ask(session, REQUESTS.stepUnit, { stepOver }).catch((problem: unknown) =>
        logProblem('tell the session how far a step goes', problem),
      );
    }),
  );
}
