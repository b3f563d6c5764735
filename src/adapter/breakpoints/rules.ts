/** The kinds of breakpoints as rules. Each is a few lines, because conditions, hit counts and logs are the guard's. */
import { addressOf, formatAddress } from '../../machine/core/addresses';
import type { MachineEvent } from '../../machine/core/events';
import { FUNCTION_NAMES } from '../../machine/core/functions';
import { Signal } from '../../machine/core/probe';
import type { Run } from '../../scenario/run/run';
import { placeOfEntry } from '../data/entryPlace';
import type { DataAccess, DataMode, DataTarget } from '../data/target';
import { usesOf, watchOf } from '../data/uses';
import { targetTitle, useText } from '../data/words';
import type { FilterRow } from '../filters';
import type { Guard } from './guard';
import type { Match, Rule } from './rule';

/** A range operation takes several ticks; only the first of them begins the statement. */
export const lineRule = (id: number, statement: number, guard: Guard): Rule => ({
  id,
  guard,
  statement,
  matches: (_events, run) =>
    run.atBoundary && run.statementId === statement
      ? [{ event: 0, reason: 'breakpoint', text: () => 'breakpoint' }]
      : [],
});

export interface FunctionChoice {
  functions: readonly number[];
  implementation?: 'default' | 'driver';
}

export function functionRule(id: number, { functions, implementation }: FunctionChoice, guard: Guard): Rule {
  const names = new Set<string>(functions.map((f) => FUNCTION_NAMES[f]));
  return {
    id,
    guard,
    armed: Signal.Function,
    functions,
    matches(events) {
      const found: Match[] = [];
      events.forEach((event, i) => {
        if ((event.kind !== 'enter' && event.kind !== 'call') || !names.has(event.name)) return;
        if (event.kind === 'enter' && event.continued === true) return;
        if (implementation !== undefined && implementation !== event.implementation) return;
        found.push({ event: i, reason: 'function breakpoint', text: () => `${event.name}(${event.arguments})` });
      });
      return found;
    },
  };
}

export const filterRule = (filter: FilterRow, guard: Guard): Rule => ({
  guard,
  armed: filter.signal,
  functions: filter.functions,
  matches(events, run) {
    if (filter.unexpectedOnly && run.expectsFailure) return [];
    const found: Match[] = [];
    for (let i = 0; i < events.length; i++) {
      const event = filter.match(events, i);
      if (event < 0) continue;
      const text = (): string => filter.text(events, i) + accessText(events, i, run);
      found.push({ event, reason: 'exception', filter: filter.id, text });
    }
    return found;
  },
});

export interface DataChoice {
  target: DataTarget;
  access: DataAccess;
  mode: DataMode;
}

/** `called`: the data in words, as it is known when the breakpoint is set. */
export function dataRule(
  id: number | undefined,
  { target, access, mode }: DataChoice,
  called: string,
  guard: Guard,
): Rule {
  // An entry whose table has gone has no name any more: then it goes by the last one that it had.
  let named = called;
  const title = (run: Run): string => {
    const place = target.kind === 'physical' && target.entry ? placeOfEntry(run.machine, target.start) : undefined;
    if (place !== undefined || target.kind !== 'physical') named = targetTitle(run, target);
    return named;
  };
  return {
    id,
    guard,
    armed: Signal.Watch,
    watch: watchOf(target, access, mode),
    matches: (events, run) =>
      usesOf(target, access, mode, events, run).map((event) => ({
        event,
        reason: 'data breakpoint',
        text: (run) => `data breakpoint: ${useText(title(run), events, event, run)}`,
      })),
  };
}

/** `break` in the scenario: always there. */
export const breakRule = (guard: Guard): Rule => ({
  guard,
  armed: Signal.Break,
  matches: (events) =>
    events.flatMap((event, i) =>
      event.kind === 'output' && event.category === 'break'
        ? [{ event: i, reason: 'breakpoint', text: () => `break: ${event.text}` }]
        : [],
    ),
});

/** `, write to 0x5555_5540_0000 (heap+0x0)`: the page access that an event belongs to. */
export function accessText(events: readonly MachineEvent[], index: number, run: Run): string {
  for (let i = index; i >= 0; i--) {
    const event = events[i];
    if (event.kind !== 'translate') continue;
    const address = addressOf(event.vpn, event.offset);
    return `, ${event.access} to ${run.describeAddress(address) ?? formatAddress(address)}`;
  }
  return '';
}
