/** Lines of the list, whatever they stand for: where they lead, what they say, and how they are marked. */
import type { HistoryRow } from '../../../src/protocol/history';
import type { Moment } from '../../../src/protocol/requests';
import { countText } from '../../shared/numbers';
import type { Shown } from './shown';

/** Where a line stands to the cursor. */
export type When = 'past' | 'now' | 'later';

export interface Entry extends Moment {
  /** Empty where it is not known yet. */
  title: string;
  when: When;
  badges: Badge[];
  /** Names of the marks there. */
  marks: string[];
  stopped: boolean;
  pinned: boolean;
  known: boolean;
}

export interface Badge {
  kind: 'fault' | 'walk' | 'failed';
  text: string;
  /** In a sentence for a screen reader. */
  spoken: string;
}

/** What stands at a tick beside its row: by tick, so that a long list need not be searched. */
export interface Notes {
  marks: Map<number, string[]>;
  stops: Set<number>;
}

export function notesOf({ marks, history }: Shown): Notes {
  const byTick = new Map<number, string[]>();
  for (const { tick, name } of marks) byTick.set(tick, [...(byTick.get(tick) ?? []), name]);
  return { marks: byTick, stops: new Set(history.stops.map(({ tick }) => tick)) };
}

export function tickEntry(shown: Shown, notes: Notes, tick: number, row: HistoryRow | undefined): Entry {
  return {
    tick,
    event: 0,
    title: row?.title ?? '',
    when: whenOf(shown, tick),
    badges: row ? badgesOf(row) : [],
    marks: notes.marks.get(tick) ?? [],
    stopped: notes.stops.has(tick),
    pinned: shown.history.pin?.tick === tick,
    known: row !== undefined,
  };
}

export function faultEntry(shown: Shown, notes: Notes, row: HistoryRow | undefined): Entry {
  if (!row) return { ...tickEntry(shown, notes, -1, undefined), when: 'past', pinned: false };
  return { ...tickEntry(shown, notes, row.tick, row), event: row.faults[0]?.event ?? 0 };
}

/** Marks, stops and the pinned moment, in the tape's order. */
export function momentEntries(shown: Shown): Entry[] {
  const { history, marks } = shown;
  const plain = { badges: [], marks: [], stopped: false, pinned: false, known: true };
  const entries = [
    ...marks.map((mark): Entry => ({ ...plain, ...place(shown, mark), title: '', marks: [mark.name] })),
    ...history.stops.map((stop): Entry => ({ ...plain, ...place(shown, stop), title: stop.text, stopped: true })),
    ...(history.pin
      ? [{ ...plain, ...place(shown, history.pin), title: history.pin.title, pinned: true } satisfies Entry]
      : []),
  ];
  return entries.sort((a, b) => a.tick - b.tick || a.event - b.event);
}

function place(shown: Shown, { tick, event }: Moment): Pick<Entry, 'tick' | 'event' | 'when'> {
  const { moment } = shown.history;
  const ahead = tick - moment.tick || event - moment.event;
  return { tick, event, when: ahead === 0 ? 'now' : ahead < 0 ? 'past' : 'later' };
}

function whenOf({ history: { moment } }: Shown, tick: number): When {
  return tick === moment.tick ? 'now' : tick < moment.tick ? 'past' : 'later';
}

function badgesOf({ faults, tlb, references, failed }: HistoryRow): Badge[] {
  const badges: Badge[] = faults.map(({ kind, text }) => ({
    kind: 'fault',
    text: kind,
    spoken: `page fault: ${kind}, ${text}`,
  }));
  if (tlb === 'miss' && faults.length === 0) {
    const read = references === undefined ? 'walk' : `walk ${references}`;
    badges.push({ kind: 'walk', text: read, spoken: `TLB miss, ${references ?? 0} references` });
  }
  if (failed) badges.push({ kind: 'failed', text: 'failed', spoken: 'an expect that did not hold' });
  return badges;
}

/** What a screen reader says of a line. */
export function sentence({ tick, event, title, when, badges, marks, stopped, pinned, known }: Entry): string {
  if (!known) return tick < 0 ? 'being looked for' : `tick ${countText(tick)}, being looked for`;
  const parts = [
    `tick ${countText(tick)}${event > 0 ? `, event ${event}` : ''}`,
    title,
    ...badges.map(({ spoken }) => spoken),
    ...marks.map((name) => `marked ${name}`),
    stopped && 'stopped here',
    pinned && 'pinned',
    when === 'now' ? 'the current moment' : when === 'later' && 'later than the current moment',
  ];
  return parts.filter(Boolean).join(', ');
}
