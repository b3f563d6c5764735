/** Naming the moment at which one stands, and going from one named moment to the next. */
import * as vscode from 'vscode';
import { REQUESTS } from '../../protocol/names';
import type { Moment, MomentInfo } from '../../protocol/requests';
import { ask } from '../debug/requests';
import type { Sessions } from '../debug/sessions';
import { requireSession } from '../debug/stepping';
import { inOrder, isSame, type Marks } from './marks';

export async function markMoment(sessions: Sessions, marks: Marks): Promise<void> {
  const session = requireSession(sessions);
  const here = requireMoment(sessions, session);
  const { tick, event } = here;
  const before = marks.of(session).find((mark) => isSame(mark, here));
  await name(marks, session, { tick, event }, before?.name ?? here.title);
}

/** `context`: what a context menu of the History view hands over. */
export async function renameMark(sessions: Sessions, marks: Marks, context: unknown): Promise<void> {
  const session = requireSession(sessions);
  const mark = marked(marks, session, context);
  await name(marks, session, mark, mark.name);
}

export async function removeMark(sessions: Sessions, marks: Marks, context: unknown): Promise<void> {
  const session = requireSession(sessions);
  await marks.remove(session, marked(marks, session, context));
}

export async function goToMark(sessions: Sessions, marks: Marks, direction: 'previous' | 'next'): Promise<void> {
  const session = requireSession(sessions);
  const here = requireMoment(sessions, session);
  const all = marks.of(session);
  const goal =
    direction === 'next'
      ? all.find((mark) => inOrder(mark, here) > 0)
      : all.findLast((mark) => inOrder(mark, here) < 0);
  if (goal === undefined) {
    const which = direction === 'next' ? 'later' : 'earlier';
    vscode.window.setStatusBarMessage(`ptscope: there is no ${which} mark`, 4000);
    return;
  }
  await ask(session, REQUESTS.seek, { tick: goal.tick, event: goal.event });
}

async function name(marks: Marks, session: vscode.DebugSession, moment: Moment, proposal: string): Promise<void> {
  const text = await vscode.window.showInputBox({
    title: 'Mark This Moment',
    prompt: `A name for tick ${moment.tick}, event ${moment.event}. Marks are kept with the workspace.`,
    value: proposal,
    validateInput: (value) => (value.trim() === '' ? 'A mark needs a name.' : undefined),
    ignoreFocusOut: true,
  });
  if (text !== undefined) await marks.add(session, { tick: moment.tick, event: moment.event, name: text.trim() });
}

function requireMoment(sessions: Sessions, session: vscode.DebugSession): MomentInfo {
  const moment = sessions.momentOf(session);
  if (moment === undefined) throw new Error('the run has not stopped yet');
  return moment;
}

function marked(marks: Marks, session: vscode.DebugSession, context: unknown) {
  const place = typeof context === 'object' && context !== null ? (context as Partial<Moment>) : {};
  const { tick, event } = place;
  const mark = marks.of(session).find((each) => each.tick === tick && each.event === event);
  if (mark === undefined) throw new Error('choose it from the context menu of a mark in the History view');
  return mark;
}
