/**
 * The call stack at a moment, innermost first: what the hardware does, the EMT and kernel functions that are open, the
 * access, and the scenario's constructs around it. It is read off the tick's events; nothing is kept while running.
 */
import type { MachineEvent } from '../machine/core/events';
import type { Standing } from '../scenario/run/standing';
import { baseName } from './places';

export type FrameKind = 'hardware' | 'emt' | 'kernel' | 'access' | 'construct';

export interface Frame {
  name: string;
  kind: FrameKind;
  /** Event with which it began; absent of what cannot be run again. */
  start?: number;
  /** Event whose line in the listing is current in this frame; absent for frames of the scenario. */
  event?: number;
  /** 0-based line of the scenario, and the number of its file. */
  line?: number;
  file?: number;
}

/** Events that are steps of the hardware and stand as a frame of their own. */
const STEPS: Partial<Record<MachineEvent['kind'], (event: never, levels: readonly string[]) => string>> = {
  translate: (e: { access: string }) => `translate (${e.access})`,
  tlbLookup: (e: { structure: string; hit: boolean }) => `${e.structure} look-up: ${e.hit ? 'hit' : 'miss'}`,
  tlbFill: (e: { structure: string }) => `${e.structure} fill`,
  tlbUpdate: (e: { structure: string }) => `${e.structure} update`,
  walkCacheLookup: (e: { structure: string; hit: boolean }) => `${e.structure} look-up: ${e.hit ? 'hit' : 'miss'}`,
  walkCacheFill: (e: { structure: string }) => `${e.structure} fill`,
  walkStart: () => 'page walk',
  walkEnd: () => 'page walk ends',
  tableRead: (e: { level: number; index: number; probe?: { way: number; slot: number } }, levels) =>
    e.probe === undefined
      ? `walk step: ${levels[e.level]}[${e.index}]`
      : `probe: ${levels[e.level]} way ${e.probe.way}, slot ${e.probe.slot}`,
  hardwareWrite: (e: { level: number; bits: string }, levels) => `walk step: set ${e.bits} in ${levels[e.level]}`,
  hostWalkStart: () => 'host walk',
  hostWalkEnd: () => 'host walk ends',
  hostLookup: (e: { structure: string; hit: boolean }) => `${e.structure} look-up: ${e.hit ? 'hit' : 'miss'}`,
  hostFill: (e: { structure: string }) => `${e.structure} fill`,
  hostRead: () => 'host walk step',
  hostWrite: (e: { bits: string }) => `host walk step: set ${e.bits}`,
  eptViolation: () => 'VM exit',
  fault: (e: { vector: string }) => `#${e.vector} raised`,
  flush: (e: { instruction: string }) => e.instruction,
  translated: () => 'translated',
};

export function stackFrames(
  events: readonly MachineEvent[],
  at: number,
  standing: Standing,
  levels: readonly string[],
): Frame[] {
  const frames: Frame[] = [];
  if (at > 0 && at < events.length) {
    const open = openCalls(events, at);
    const current = events[at];
    const step = STEPS[current.kind];
    if (step !== undefined) frames.push({ name: step(current as never, levels), kind: 'hardware', event: at });
    else if (current.kind === 'call') frames.push({ name: callName(current), kind: callKind(current), event: at });
    // In an outer frame the current line is the call that is open in it.
    let line = at;
    for (const index of open.reverse()) {
      const event = events[index];
      if (event.kind === 'enter')
        frames.push({
          name: callName(event),
          kind: callKind(event),
          event: line,
          start: index,
        });
      else
        frames.push({
          name: event.kind === 'hostWalkStart' ? 'host walk' : 'page walk',
          kind: 'hardware',
          event: line,
          start: index,
        });
      line = index;
    }
  }
  const { statement, constructs, traceLine, traceName } = standing;
  if (statement !== undefined) {
    const name =
      traceLine === undefined ? standing.title : `${baseName(traceName ?? '')}:${traceLine}: ${standing.title}`;
    frames.push({ name, kind: 'access', line: statement.range.start.line, file: statement.file, start: 0 });
  }
  for (const { text, line, file } of [...constructs].reverse())
    frames.push({ name: text, kind: 'construct', line, file });
  return frames;
}

/** Indices of the `enter`, `walkStart` and `hostWalkStart` events that are open at an event, outermost first; itself included. */
export function openCalls(events: readonly MachineEvent[], at: number): number[] {
  const open: number[] = [];
  for (let i = 0; i <= at; i++) {
    const { kind } = events[i];
    if (kind === 'enter' || ((kind === 'walkStart' || kind === 'hostWalkStart') && i < at)) open.push(i);
    else if ((kind === 'leave' && i < at) || kind === 'walkEnd' || kind === 'hostWalkEnd') open.pop();
  }
  return open;
}

interface Call {
  name: string;
  implementation: string;
  driver?: string;
}

export function callName(event: Call): string {
  if (event.implementation === 'kernel') return event.name;
  if (event.implementation === 'host') return `${event.name} [host]`;
  return `${event.name} [${event.implementation === 'driver' ? event.driver : 'default'}]`;
}

const callKind = ({ implementation }: Call): FrameKind =>
  implementation === 'kernel' || implementation === 'host' ? 'kernel' : 'emt';
