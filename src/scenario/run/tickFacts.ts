/**
 * What the events of a tick say about the moment at one of them, where the machine itself does not know it yet: the fault
 * that is being served, of which the kernel makes its record at the end, and the walks that have been made. So conditions and
 * watches inside a tick see what a person sees in its listing.
 */
import { addressOf } from '../../machine/core/addresses';
import type { FatalSignal, FaultKind, MachineEvent } from '../../machine/core/events';

export interface ServedFault {
  /** What the kernel will make of it: known, because the tick has been recorded. Absent where it makes nothing of it. */
  kind?: FaultKind;
  signal?: FatalSignal;
  errorCode: number;
  address: bigint;
}

export interface TickFacts {
  fault?: ServedFault;
  /** All walks of the tick so far. */
  walk?: { references: number; cycles: number; count: number };
}

export function tickFacts(events: readonly MachineEvent[], at: number): TickFacts {
  return { fault: faultAt(events, at), walk: walksTo(events, at) };
}

/** From the hardware's fault to where the handler returns. */
function faultAt(events: readonly MachineEvent[], at: number): ServedFault | undefined {
  let from = Math.min(at, events.length - 1);
  while (from >= 0 && events[from].kind !== 'fault') from--;
  const fault = events[from];
  if (fault?.kind !== 'fault') return undefined;
  let to = from + 1;
  while (to < events.length && events[to].kind !== 'faultResolved') to++;
  const verdict = events[to];
  for (let i = to; i < at; i++) if (events[i].kind === 'leave' && events[i].depth === fault.depth) return undefined;
  const { errorCode, vpn, offset } = fault;
  const served = { errorCode, address: addressOf(vpn, offset) };
  return verdict?.kind === 'faultResolved' ? { ...served, kind: verdict.fault, signal: verdict.signal } : served;
}

function walksTo(events: readonly MachineEvent[], at: number): TickFacts['walk'] {
  const walk = { references: 0, cycles: 0, count: 0 };
  for (let i = 0; i <= at && i < events.length; i++) {
    const event = events[i];
    if (event.kind !== 'walkEnd') continue;
    walk.references += event.references;
    walk.cycles += event.cycles;
    walk.count++;
  }
  return walk.count === 0 ? undefined : walk;
}
