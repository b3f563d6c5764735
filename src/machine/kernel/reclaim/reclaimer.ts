/**
 * Who must give up memory: a clock over the accessed bits of all mapped pages, through the tobj iterator, and over the pages
 * of files that nobody maps (mm/vmscan.c; the clock is its second-chance idea without the lists).
 *
 * The hand goes through the processes in the order of their ids, and through each address space upwards; behind the last one
 * it goes over the page cache. A page that was used since the hand last passed loses its mark and stays.
 */
import { asVpn, minVpn, type Pfn, type Vpn } from '../../core/addresses';
import { Counter } from '../../core/counters';
import { functionIndex } from '../../core/functions';
import type { Hasher } from '../../core/hash';
import { ArrayState, type Stateful, type TypedArray } from '../../core/state';
import { Attribute, Tobj } from '../../emt/tobj';
import type { KernelCore } from '../core';
import { PageFlag, PageKind } from '../memory/pages';
import type { Process } from '../process';
import { firstEndingAbove, isPrivate } from '../vma';
import { frameAt, mapsFrames, mappingsOf } from './reverseMap';
import { evict } from './swapOut';

const F = { shrinkNode: functionIndex('shrink_node'), referenced: functionIndex('folio_referenced') } as const;

/** Pages that a fault which finds no memory tries to free (SWAP_CLUSTER_MAX), and objects that it looks at for that. */
const CLUSTER = 32;
const DIRECT_SCAN = 4096;

const enum Hand {
  /** Index of the process, or their number: the page cache. */
  Process,
  /** Page, or file and index in it. */
  Page,
  File,
  /** Times that the hand has passed the end. */
  Rounds,
  Count,
}

export class Reclaimer implements Stateful<readonly TypedArray[]> {
  readonly #hand = new Float64Array(Hand.Count);
  readonly #state = new ArrayState([this.#hand]);
  readonly #tobj = new Tobj();
  #reclaiming = false;

  constructor(private readonly core: KernelCore) {}

  get rounds(): number {
    return this.#hand[Hand.Rounds];
  }

  /**
   * Direct reclaim: an allocation has failed. First what was not used; if all was, what comes next under the hand. True if
   * anything was freed.
   */
  direct(): boolean {
    // What reclaim itself needs memory for (tables of a demote) cannot wait for reclaim.
    if (this.#reclaiming) return false;
    return this.scan(DIRECT_SCAN, CLUSTER, true) > 0 || this.scan(DIRECT_SCAN, CLUSTER, false) > 0;
  }

  /** Moves the hand over `objects` objects at most, until `target` pages are free. Returns the pages freed. */
  scan(objects: number, target: number, spareUsed: boolean): number {
    const { probe } = this.core;
    probe.enter(F.shrinkNode, 'kernel', probe.recorder !== null ? `${target} pages` : '');
    this.#reclaiming = true;
    let freed = 0;
    let looked = 0;
    const rounds = this.rounds;
    while (freed < target && looked < objects && this.rounds < rounds + 2) {
      const { processes } = this.core;
      const inProcess = this.#hand[Hand.Process] < processes.length;
      const seen = inProcess
        ? this.#scanProcess(processes[this.#hand[Hand.Process]], objects - looked, target - freed, spareUsed)
        : this.#scanCache(objects - looked, target - freed);
      looked += seen.looked;
      freed += seen.freed;
    }
    this.#reclaiming = false;
    probe.counters[Counter.ReclaimScanned] += looked;
    probe.leave(F.shrinkNode, probe.recorder !== null ? `${freed} pages freed` : '');
    return freed;
  }

  #scanProcess(
    process: Process,
    objects: number,
    target: number,
    spareUsed: boolean,
  ): { looked: number; freed: number } {
    const hand = this.#hand;
    const at = asVpn(hand[Hand.Page]);
    const vma = process.exited ? undefined : process.vmas[firstEndingAbove(process.vmas, at)];
    if (vma === undefined) {
      hand[Hand.Process]++;
      hand[Hand.Page] = hand[Hand.File] = 0;
      return { looked: 0, freed: 0 };
    }
    if (!isPrivate(vma)) {
      hand[Hand.Page] = vma.end;
      return { looked: 0, freed: 0 };
    }
    const { emt } = this.core;
    const tobj = this.#tobj;
    const iterator = emt.tobjIterInit(process.tdb, asVpn(Math.max(at, vma.start)), vma.end);
    let looked = 0;
    let freed = 0;
    while (looked < objects && freed < target && emt.tobjIterHasNext(iterator)) {
      emt.tobjIterNext(process.tdb, iterator, tobj);
      looked++;
      hand[Hand.Page] = minVpn(vma.end, (tobj.vpn + tobj.pages) as Vpn);
      if (mapsFrames(emt, tobj) && emt.tobjReadAttr(tobj, Attribute.SPECIAL) === 0)
        freed += this.#consider(process, tobj, spareUsed);
    }
    if (!emt.tobjIterHasNext(iterator)) hand[Hand.Page] = vma.end;
    emt.tobjIterEnd(iterator);
    return { looked, freed };
  }

  #consider(process: Process, tobj: Tobj, spareUsed: boolean): number {
    const { emt, frames } = this.core;
    const pfn = frames.pages.head(frameAt(emt, tobj, tobj.vpn));
    if (this.#hasNowhereToGo(pfn)) return 0;
    if (spareUsed && this.#used(process, tobj)) return 0;
    return evict(this.core, pfn, 'reclaim');
  }

  /** Without a free slot, no anonymous page is looked at (`can_reclaim_anon_pages`) but one that needs none. */
  #hasNowhereToGo(pfn: Pfn): boolean {
    const { pages, swap } = this.core.frames;
    if (!swap.isFull || pages.kind(pfn) !== PageKind.Anon) return false;
    return !pages.has(pfn, PageFlag.Compound | PageFlag.LazyFree | PageFlag.SwapCache);
  }

  /** The page was used by anybody since the hand last passed; their marks are taken away. */
  #used(process: Process, tobj: Tobj): boolean {
    const { emt, frames, probe } = this.core;
    const pfn = frameAt(emt, tobj, tobj.vpn);
    probe.call(F.referenced, 'kernel', probe.recorder !== null ? `frame 0x${pfn.toString(16)}` : '');
    if (frames.pages.mappings(pfn) <= 1) return emt.tobjTestClearAccessed(process.tdb, tobj);
    let used = false;
    const other = new Tobj();
    for (const place of mappingsOf(this.core, pfn)) {
      emt.tdbFindTobj(place.process.tdb, place.vpn, other);
      if (emt.tobjTestClearAccessed(place.process.tdb, other)) used = true;
    }
    return used;
  }

  /** Pages of files that nobody maps. Those that are mapped are met in the address spaces. */
  #scanCache(objects: number, target: number): { looked: number; freed: number } {
    const hand = this.#hand;
    const { cache, pages } = this.core.frames;
    let looked = 0;
    let freed = 0;
    while (looked < objects && freed < target) {
      const file = cache.files[hand[Hand.File]];
      if (file === undefined) {
        hand.fill(0, Hand.Process, Hand.Rounds);
        hand[Hand.Rounds]++;
        break;
      }
      const index = file.kind === 'file' ? cache.next(file.id, hand[Hand.Page]) : -1;
      if (index < 0) {
        hand[Hand.File]++;
        hand[Hand.Page] = 0;
        continue;
      }
      hand[Hand.Page] = index + 1;
      looked++;
      const pfn = cache.find(file.id, index);
      if (pfn !== -1 && pages.mappings(pfn) === 0 && pages.has(pfn, PageFlag.Cached))
        freed += evict(this.core, pfn, 'reclaim');
    }
    return { looked, freed };
  }

  save(): readonly TypedArray[] {
    return this.#state.save();
  }
  load(saved: readonly TypedArray[]): void {
    this.#state.load(saved);
    this.#reclaiming = false;
  }
  hash(into: Hasher): void {
    this.#state.hash(into);
  }
}
