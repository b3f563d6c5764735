/** Steps that VS Code has no button for. */
import type * as vscode from 'vscode';
import { REQUESTS } from '../../protocol/names';
import { ask } from './requests';
import type { Sessions } from './sessions';

export async function reverseStep(sessions: Sessions, direction: 'in' | 'out'): Promise<void> {
  const session = requireSession(sessions);
  const request = direction === 'in' ? REQUESTS.reverseStepIn : REQUESTS.reverseStepOut;
  await ask(session, request, { threadId: sessions.threadId });
}

export function requireSession({ current }: Sessions): vscode.DebugSession {
  if (!current) throw new Error('no ptscope session is running; start one with F5 in a .ptscen file');
  return current;
}
