/** Who holds the memory when there is none left: what Linux prints before it kills (mm/oom_kill.c `dump_header`). */
import type { KernelCore } from '../core';
import { residentPages } from '../process';

export function shortageReport(core: KernelCore): string {
  const { frames, processes, probe } = core;
  if (probe.recorder === null) return '';
  const living = processes.filter((p) => !p.exited).sort((a, b) => residentPages(b) - residentPages(a));
  const parts = living.slice(0, 5).map((p) => `${p.name} ${residentPages(p)} pages`);
  if (living.length > 5) parts.push(`${living.length - 5} other processes`);
  const cached = frames.cache.files.reduce((sum, file) => sum + file.cached, 0);
  if (cached > 0) parts.push(`page cache ${cached}`);
  const tables = core.emt.tdbStats(living[0]?.tdb ?? processes[0].tdb);
  parts.push(`page tables ${tables.tablesByLevel.reduce((a, b) => a + b, 0)}`);
  if (frames.swap.size > 0) parts.push(`swap ${frames.swap.used} of ${frames.swap.size} slots`);
  return `${frames.buddy.freeFrames} frames are free; ${parts.join(', ')}`;
}
