/** What a person reads while a motion goes on. */
import type { Progress } from '../timeline/timeline';

/** `tick 123456, 850 k accesses/s, 12 s left`: the last part where the motion knows how far it has to go. */
export function progressText({ tick, ticksPerSecond, secondsLeft }: Progress): string {
  const speed = `${Math.round(ticksPerSecond / 1000)} k accesses/s`;
  const left = secondsLeft === undefined ? [] : [`${Math.ceil(secondsLeft)} s left`];
  return [`tick ${tick}`, speed, ...left].join(', ');
}
