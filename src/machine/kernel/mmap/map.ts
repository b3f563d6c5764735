/** mmap, brk and the regions of a trace (mm/mmap.c): where an area goes, and what it is. */
import { addPages, asVpn, formatVirtual, type Vpn } from '../../core/addresses';
import { functionIndex } from '../../core/functions';
import { failure, type KernelCore, type MapResult } from '../core';
import type { Process } from '../process';
import {
  ANONYMOUS,
  type Backing,
  findVma,
  holes,
  insertAll,
  insertVma,
  overlaps,
  protectionText,
  unmappedAreaTopDown,
  type Vma,
} from '../vma';

const F = {
  doMmap: functionIndex('do_mmap'),
  getUnmappedArea: functionIndex('get_unmapped_area'),
  mmapRegion: functionIndex('mmap_region'),
  vmaMerge: functionIndex('vma_merge'),
  doBrk: functionIndex('do_brk_flags'),
} as const;

export interface MapRequest {
  pages: number;
  read: boolean;
  write: boolean;
  exec: boolean;
  backing?: Backing;
  /** Of a file or a device. */
  name?: string;
  /** Exact place; anything mapped there is an error of the scenario (MAP_FIXED_NOREPLACE). */
  at?: Vpn;
  huge?: Vma['huge'];
  populate: boolean;
  stack?: boolean;
}

export function mmap(core: KernelCore, process: Process, request: MapRequest): MapResult {
  const { probe } = core;
  probe.enter(F.doMmap, 'kernel', `${request.pages} pages`);
  const result = place(core, process, request);
  probe.leave(F.doMmap, result.ok ? formatVirtual(result.start) : result.error);
  return result;
}

function place(core: KernelCore, process: Process, request: MapRequest): MapResult {
  const { probe, layout } = core;
  if (request.pages < 1) return failure('EINVAL', 'a mapping must have at least one page');
  const start = request.at ?? unmappedAreaTopDown(process.vmas, request.pages, layout.mmapMin, layout.mmapBase);
  const found = start === undefined ? 'ENOMEM' : formatVirtual(start);
  probe.call(F.getUnmappedArea, 'kernel', `${request.pages} pages`, found);
  if (start === undefined) return failure('ENOMEM', `no free range of ${request.pages} pages is left`);
  const end = addPages(start, request.pages);
  if (end > layout.end) return failure('EINVAL', `user space ends at ${formatVirtual(layout.end)}`);
  if (overlaps(process.vmas, start, end)) return failure('EEXIST', 'something is mapped there already');
  const text = probe.recorder !== null ? `${formatVirtual(start)}, ${formatVirtual(end)}` : '';
  probe.enter(F.mmapRegion, 'kernel', text);
  const vma = describe(core, request, start, end);
  const { list, merged } = insertVma(process.vmas, vma);
  if (merged) probe.call(F.vmaMerge, 'kernel');
  process.vmas = list;
  probe.leave(F.mmapRegion, protectionText(vma));
  return { ok: true, start, end };
}

function describe(core: KernelCore, request: MapRequest, start: Vpn, end: Vpn): Vma {
  const { read, write, exec, backing = 'anon', name = '', huge = 'default', stack = false } = request;
  const common = { ...ANONYMOUS, start, end, read, write, exec, huge, stack };
  if (backing === 'anon') return { ...common, pgoff: start };
  const pages = backing === 'shared' ? Infinity : request.pages;
  const file = core.frames.cache.open(name, backing, pages);
  return { ...common, backing, file: file.id, pgoff: 0 };
}

/** Maps readable, writable, executable areas wherever the ranges, in ascending order, hold no area yet. */
export function mapHoles(core: KernelCore, process: Process, ranges: readonly { start: Vpn; end: Vpn }[]): MapResult {
  const { probe, layout } = core;
  probe.enter(F.doMmap, 'kernel', `${ranges.length} ranges`);
  const areas = ranges
    .flatMap(({ start, end }) => holes(process.vmas, start, end))
    .map((hole): Vma => ({ ...ANONYMOUS, ...hole, read: true, write: true, exec: true, pgoff: hole.start }));
  const last = areas.at(-1);
  const fits = last === undefined || (areas[0].start >= 0 && last.end <= layout.end);
  if (fits) process.vmas = insertAll(process.vmas, areas);
  probe.leave(F.doMmap, fits ? `${areas.length} areas` : 'EINVAL');
  if (!fits) return failure('EINVAL', `user space ends at ${formatVirtual(layout.end)}`);
  return { ok: true, start: areas[0]?.start ?? asVpn(0), end: last?.end ?? asVpn(0) };
}

/** Grows the heap segment to end at `end`. What lies beyond it is not touched: that is an error. */
export function growHeap(core: KernelCore, process: Process, end: Vpn): MapResult {
  const { probe, layout } = core;
  probe.enter(F.doBrk, 'kernel', formatVirtual(end));
  const from = process.brk;
  const blocked = end > layout.mmapBase || overlaps(process.vmas, from, end);
  probe.leave(F.doBrk, blocked ? 'ENOMEM' : '');
  if (blocked) return failure('ENOMEM', 'the heap cannot grow over what is mapped behind it');
  const heap = { ...ANONYMOUS, start: from, end, read: true, write: true, exec: false, pgoff: from };
  process.vmas = insertVma(process.vmas, heap).list;
  process.brk = end;
  return { ok: true, start: layout.brkStart, end };
}

/** The one area that holds start … end − 1, or `undefined`. */
export function areaOf(process: Process, start: Vpn, end: Vpn): Vma | undefined {
  const vma = findVma(process.vmas, start);
  return vma !== undefined && vma.end >= end ? vma : undefined;
}
