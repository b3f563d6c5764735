/** What a statement did, in a few words for the end of its line: `minor fault, 4 refs, +3 tables`. */
import { Counter } from '../machine/core/counters';
import type { Machine } from '../machine/machine';
import { FAULT_KINDS, KIND_COUNTER } from '../machine/kernel/faults/verdict';
import { tablesCounted } from '../machine/statistics';
import { REQUESTS } from '../protocol/names';
import type { EffectsResponse } from '../protocol/requests';
import type { Doing } from '../timeline/doings';
import type { Handler } from './connection';
import type { SessionContext } from './context';
import { grouped } from './progressText';

export function effectHandlers(session: SessionContext): Readonly<Record<string, Handler>> {
  function effects(): EffectsResponse {
    const { timeline, run } = session.stopped();
    const found = timeline.doings().map((doing) => ({
      path: session.places.files[doing.statement.file],
      line: doing.statement.range.start.line,
      text: effectText(doing, run.machine),
    }));
    return { effects: found.filter(({ text }) => text !== '') };
  }

  return { [REQUESTS.effects]: effects };
}

/** `page fault` is one, `3 page faults` are several. */
const counted = (n: number, one: string, many = `${one}s`): string => (n === 1 ? one : `${grouped(n)} ${many}`);

const signed = (n: number, what: string): string =>
  `${n > 0 ? '+' : '−'}${grouped(Math.abs(n))} ${what}${Math.abs(n) === 1 ? '' : 's'}`;

/** Counters that are worth a word where they changed. */
const WORDS: readonly (readonly [counter: Counter, one: string, many: string])[] = [
  [Counter.DirtyAssists, 'dirty bit set', 'dirty bits set'],
  [Counter.CowReuses, 'page reused', 'pages reused'],
  [Counter.HugePagesSplit, 'huge page split', 'huge pages split'],
  [Counter.HugePagesCollapsed, 'huge page made', 'huge pages made'],
  [Counter.SwapWrites, 'page swapped out', 'pages swapped out'],
  [Counter.PagesMigrated, 'page migrated', 'pages migrated'],
  [Counter.Reclaimed, 'page reclaimed', 'pages reclaimed'],
  [Counter.Flushes, 'TLB flush', 'TLB flushes'],
  [Counter.Ipis, 'interrupt', 'interrupts'],
];

export function effectText({ before, after }: Pick<Doing, 'before' | 'after'>, machine: Machine): string {
  const change = (counter: Counter): number => after.counters[counter] - before.counters[counter];
  const sum = (...counters: Counter[]): number => counters.reduce((n, counter) => n + change(counter), 0);
  const accesses = sum(Counter.Reads, Counter.Writes, Counter.Execs);
  const walks = change(Counter.Walks);
  const references = change(Counter.WalkReferences);
  const parts: string[] = [];
  if (after.failedExpects > before.failedExpects) parts.push('does not hold');
  for (const kind of FAULT_KINDS) {
    const n = change(KIND_COUNTER[kind]);
    if (n > 0) parts.push(counted(n, `${kind} fault`));
  }
  if (accesses === 1 && walks > 0) parts.push(references === 1 ? '1 ref' : `${grouped(references)} refs`);
  else if (walks > 0) parts.push(`${counted(walks, '1 walk', 'walks')}, ${grouped(references)} refs`);
  else if (accesses === 1 && sum(Counter.L1dHits, Counter.L1iHits, Counter.StlbHits) > 0) parts.push('TLB hit');
  else if (accesses > 1) parts.push(`${grouped(accesses)} accesses, no walk`);
  const tables = tablesCounted(machine, after.counters) - tablesCounted(machine, before.counters);
  if (tables !== 0) parts.push(signed(tables, 'table'));
  for (const [counter, one, many] of WORDS) if (change(counter) > 0) parts.push(counted(change(counter), one, many));
  return parts.join(', ');
}
