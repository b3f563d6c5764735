/** Journeys on the tape: to a change of an entry, to a fault at an address, to a tick. */
import * as vscode from 'vscode';
import { REQUESTS } from '../../protocol/names';
import type { TravelArguments } from '../../protocol/requests';
import { placeOf } from './places';
import { ask } from './requests';
import type { Sessions } from './sessions';
import { requireSession } from './stepping';

type What = TravelArguments['what'];
type Direction = TravelArguments['direction'];

/** What keys hand over: no question is asked. */
export const HERE = 'here';

/**
 * `place`: what a context menu hands over, a data id, or `HERE`, which the adapter knows. Without one, a person is asked; the
 * current access is the default.
 */
export async function travel(sessions: Sessions, what: What, direction: Direction, place: unknown): Promise<void> {
  const session = requireSession(sessions);
  const target = place === HERE ? undefined : (placeOf(what, place) ?? (await askForPlace(what, direction)) ?? '');
  if (target?.trim() === '') return;
  const { sought } = await ask(session, REQUESTS.travel, { what, direction, target });
  vscode.window.setStatusBarMessage(`ptscope: looking for ${sought}`, 3000);
}

const CURRENT_ACCESS = 'access.va';

function askForPlace(what: What, direction: Direction): Thenable<string | undefined> {
  const order = direction === 'previous' ? 'Previous' : 'Next';
  return vscode.window.showInputBox({
    title: what === 'change' ? `${order} Change of an Entry` : `${order} Fault at an Address`,
    prompt:
      what === 'change'
        ? 'An entry such as pmd(heap), or an address such as heap+0x1000: the entry that maps it. access.va is the current access.'
        : 'An address such as heap+0x1000, or an entry such as pmd(heap): all that it maps. access.va is the current access.',
    value: CURRENT_ACCESS,
    ignoreFocusOut: true,
  });
}

export async function goToTick(sessions: Sessions): Promise<void> {
  const session = requireSession(sessions);
  const here = sessions.momentOf(session)?.tick ?? 0;
  const text = await vscode.window.showInputBox({
    title: 'Go to Tick',
    prompt: `The cursor stands at tick ${here}. A tick is one access, or one other statement of the scenario.`,
    value: String(here),
    validateInput: (value) => (tickOf(value) === undefined ? 'A tick is a whole number, from 0.' : undefined),
    ignoreFocusOut: true,
  });
  const tick = text === undefined ? undefined : tickOf(text);
  if (tick !== undefined) await ask(session, REQUESTS.seek, { tick, event: 0 });
}

function tickOf(text: string): number | undefined {
  const digits = text.trim().replace(/[_,]/g, '');
  const tick = /^\d+$/.test(digits) ? Number(digits) : NaN;
  return Number.isSafeInteger(tick) ? tick : undefined;
}
