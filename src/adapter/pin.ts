/**
 * A pinned moment: what the counters and the memory were there. It stays what it was, however the
 * cursor moves; an edit before it takes it from the tape, and lets go of it.
 */
import { type KernelWork, kernelWork } from '../machine/kernelWork';
import { FrozenMemory } from '../machine/memory/frozenMemory';
import type { PinInfo } from '../protocol/statistics';
import { isLater } from '../timeline/edits';
import type { Timeline } from '../timeline/timeline';
import { type CounterValues, counterValues } from './statistics/counterRows';

export interface Pin {
  readonly info: PinInfo;
  readonly memory: FrozenMemory;
  readonly counters: CounterValues;
  readonly work: readonly KernelWork[];
}

export function pinHere(timeline: Timeline, title: string): Pin {
  const { machine } = timeline.run;
  return {
    info: { ...timeline.moment, title },
    memory: new FrozenMemory(machine.memory.save()),
    counters: counterValues(machine),
    work: kernelWork(machine.probe),
  };
}

/** True if what follows the start of a tick is new, and the pinned moment was there. */
export const isBehind = ({ info }: Pin, tick: number): boolean => isLater(info, { tick, event: 0 });
