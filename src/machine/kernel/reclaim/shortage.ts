/** Who holds the memory when there is none left: what Linux prints before it kills (mm/oom_kill.c `dump_header`). */
import { Counter } from '../../core/counters';
import type { KernelCore } from '../core';
import { residentPages } from '../process';

const LEVELS = Counter.WalkCaches - Counter.TablesByLevel;

/** Reads records and counters alone: asking must change nothing, or a run that somebody watches would be another. */
export function shortageReport(core: Pick<KernelCore, 'frames' | 'processes' | 'probe'>): string {
  const { frames, processes, probe } = core;
  const living = processes.filter((p) => !p.exited).sort((a, b) => residentPages(b) - residentPages(a));
  const parts = living.slice(0, 5).map((p) => `${p.name} ${residentPages(p)} pages`);
  if (living.length > 5) parts.push(`${living.length - 5} other processes`);
  const cached = frames.cache.files.reduce((sum, file) => sum + file.cached, 0);
  if (cached > 0) parts.push(`page cache ${cached}`);
  let tables = 0;
  for (let level = 0; level < LEVELS; level++) tables += probe.counters[Counter.TablesByLevel + level];
  parts.push(`page tables ${tables}`);
  if (frames.swap.size > 0) parts.push(`swap ${frames.swap.used} of ${frames.swap.size} slots`);
  return `${frames.buddy.freeFrames} frames are free; ${parts.join(', ')}`;
}
