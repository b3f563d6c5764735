/** What a person reads while a motion goes on. */
import type { Progress } from '../timeline/timeline';

/** `12,345,678`: a number of so many digits is not read otherwise. */
export const grouped = (n: number): string => n.toLocaleString('en');

/** `tick 1,234,560, 2.9 M accesses/s, 12 s left`: the last part where the motion knows how far it has to go. */
export function progressText({ tick, ticksPerSecond, secondsLeft }: Progress): string {
  const left = secondsLeft === undefined ? [] : [`${durationText(secondsLeft)} left`];
  return [`tick ${grouped(tick)}`, speedText(ticksPerSecond), ...left].join(', ');
}

const speedText = (ticksPerSecond: number): string =>
  ticksPerSecond < 999_500
    ? `${Math.round(ticksPerSecond / 1000)} k accesses/s`
    : `${(ticksPerSecond / 1e6).toFixed(ticksPerSecond < 9.95e6 ? 1 : 0)} M accesses/s`;

function durationText(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 120 ? `${whole} s` : `${Math.ceil(whole / 60)} min`;
}
