/**
 * First touch of a page of a file (mm/memory.c `do_fault`): from the page cache, which reads it from the device if it must
 * (a major fault); of shared anonymous memory (mm/shmem.c); or directly of a device's memory (fs/dax.c).
 */
import {
  addPages,
  alignDown,
  asPfn,
  asVpn,
  formatVirtual,
  maxVpn,
  minVpn,
  type Pfn,
  type Vpn,
} from '../../core/addresses';
import { Counter } from '../../core/counters';
import { functionIndex } from '../../core/functions';
import type { Probe } from '../../core/probe';
import { Attribute, Tobj } from '../../emt/tobj';
import type { Mappings } from '../mappings';
import type { FileRecord } from '../memory/pageCache';
import { PageFlag, PageKind } from '../memory/pages';
import type { Process } from '../process';
import { linearIndex, type Vma } from '../vma';
import type { Resolution } from './resolution';
import { BUS, COW, type FaultVerdict, MAJOR, MINOR } from './verdict';

const F = {
  doFault: functionIndex('do_fault'),
  doReadFault: functionIndex('do_read_fault'),
  doCowFault: functionIndex('do_cow_fault'),
  doSharedFault: functionIndex('do_shared_fault'),
  doFaultAround: functionIndex('do_fault_around'),
  filemapFault: functionIndex('filemap_fault'),
  filemapRead: functionIndex('filemap_read_folio'),
  shmemFault: functionIndex('shmem_fault'),
  daxFault: functionIndex('dax_iomap_fault'),
} as const;

/** Pages around a read fault that are mapped too if they are cached (`fault_around_bytes`, 64 KiB). */
const FAULT_AROUND_PAGES = 16;

export class FileFaults {
  readonly #around = new Tobj();
  /** True if the last page had to be read from the device. */
  #read = false;

  constructor(
    private readonly mappings: Mappings,
    private readonly probe: Probe,
    private readonly resolution: Resolution,
  ) {}

  /** `tobj` is the absent object at the page. */
  map(process: Process, vma: Vma, vpn: Vpn, tobj: Tobj, write: boolean): FaultVerdict {
    this.probe.enter(F.doFault, 'kernel', this.probe.recorder !== null ? formatVirtual(vpn) : '');
    const result = this.#map(process, vma, vpn, tobj, write);
    this.probe.leave(F.doFault, result.kind);
    return result;
  }

  #map(process: Process, vma: Vma, vpn: Vpn, tobj: Tobj, write: boolean): FaultVerdict {
    const file = this.mappings.frames.cache.file(vma.file);
    if (linearIndex(vma, vpn) >= file.pages)
      return this.resolution.fatal(BUS, `the page lies behind the end of ${nameOf(file)} (BUS_ADRERR)`);
    if (file.kind === 'dax') return this.#mapDevice(process, vma, vpn, tobj, write, file);
    if (file.kind === 'file' && write) return this.#copy(process, vma, vpn, tobj, file);
    const name = file.kind === 'shared' && write ? F.doSharedFault : F.doReadFault;
    this.probe.enter(name, 'kernel');
    const result = this.#mapCached(process, vma, vpn, tobj, write, file);
    if (file.kind === 'file' && result.kind !== 'fatal') this.#mapAround(process, vma, vpn, file);
    this.probe.leave(name);
    return result;
  }

  #mapCached(process: Process, vma: Vma, vpn: Vpn, tobj: Tobj, write: boolean, file: FileRecord): FaultVerdict {
    const { frames } = this.mappings;
    const pfn = this.page(file, linearIndex(vma, vpn));
    if (pfn === -1) return this.resolution.outOfMemory();
    const read = this.#read;
    this.mappings.describe(tobj, vma, vpn, 1, pfn);
    if (file.kind === 'shared' && vma.write) this.mappings.makeWritable(tobj, write);
    const error = this.mappings.update(process, tobj);
    if (error !== 'ok') return this.resolution.failed(error);
    frames.share(pfn);
    process.rssFile++;
    if (read) return this.resolution.resolved(MAJOR, 'read from the device');
    return this.resolution.resolved(MINOR, 'found in the page cache', 'file');
  }

  /** A private page that is written first: the copy alone is mapped. */
  #copy(process: Process, vma: Vma, vpn: Vpn, tobj: Tobj, file: FileRecord): FaultVerdict {
    this.probe.enter(F.doCowFault, 'kernel');
    const result = this.#mapCopy(process, vma, vpn, tobj, file);
    this.probe.leave(F.doCowFault);
    return result;
  }

  #mapCopy(process: Process, vma: Vma, vpn: Vpn, tobj: Tobj, file: FileRecord): FaultVerdict {
    const { frames } = this.mappings;
    const index = linearIndex(vma, vpn);
    const to = frames.allocate(PageKind.Anon, process.family, index, 0);
    if (to === -1) return this.resolution.outOfMemory();
    const from = this.page(file, index);
    const read = this.#read;
    if (from !== -1) {
      frames.copy(from, to, false);
      frames.pages.setContent(to, frames.contentOf(from));
    }
    this.mappings.describe(tobj, vma, vpn, 1, to);
    this.mappings.makeWritable(tobj, true);
    const error = from === -1 ? 'ENOMEM' : this.mappings.update(process, tobj);
    if (error !== 'ok') {
      frames.free(to);
      return this.resolution.failed(error);
    }
    frames.share(to);
    frames.store(to);
    process.rssAnon++;
    this.probe.counters[Counter.CowCopies]++;
    return this.resolution.resolved(read ? MAJOR : COW, 'a private copy of the page of the file');
  }

  /** Frame that holds the page of a file, read in or made if it is not cached; −1 if there is no memory. */
  page(file: FileRecord, index: number): Pfn | -1 {
    const { cache } = this.mappings.frames;
    const found = cache.find(file.id, index);
    this.#read = false;
    if (this.probe.recorder !== null) {
      const where = `${nameOf(file)}, page ${index}`;
      const name = file.kind === 'shared' ? F.shmemFault : F.filemapFault;
      this.probe.call(name, 'kernel', where, found === -1 ? 'not cached' : `frame 0x${found.toString(16)}`);
    } else this.probe.call(file.kind === 'shared' ? F.shmemFault : F.filemapFault, 'kernel');
    return found === -1 ? this.#bringIn(file, index) : found;
  }

  /** True if the last `page` had to be read from the device. */
  get wasRead(): boolean {
    return this.#read;
  }

  #bringIn(file: FileRecord, index: number): Pfn | -1 {
    const { frames } = this.mappings;
    const shared = file.kind === 'shared';
    const pfn = frames.allocate(PageKind.File, file.id, index, shared ? 0 : contentOfFile(file, index));
    if (pfn === -1) return -1;
    frames.pages.set(pfn, PageFlag.Cached);
    frames.cache.insert(file.id, index, pfn);
    if (shared) frames.clear(pfn, false);
    else {
      this.probe.call(F.filemapRead, 'kernel', this.probe.recorder !== null ? `frame 0x${pfn.toString(16)}` : '');
      this.probe.counters[Counter.FileReads]++;
      this.#read = true;
    }
    return pfn;
  }

  /** Maps the neighbours of a page that was read, as far as they are cached and nothing is mapped there. */
  #mapAround(process: Process, vma: Vma, vpn: Vpn, file: FileRecord): void {
    const { emt, frames } = this.mappings;
    const tobj = this.#around;
    const from = maxVpn(vma.start, alignDown(vpn, FAULT_AROUND_PAGES));
    const to = minVpn(vma.end, addPages(alignDown(vpn, FAULT_AROUND_PAGES), FAULT_AROUND_PAGES));
    // `index` leads: pages that are not cached cost nothing but this look.
    let index = frames.cache.next(file.id, linearIndex(vma, from));
    for (; index >= 0 && index < linearIndex(vma, to); index = frames.cache.next(file.id, index + 1)) {
      const at = asVpn(vma.start + index - vma.pgoff);
      if (at === vpn) continue;
      emt.tdbFindTobj(process.tdb, at, tobj);
      if (emt.tobjReadAttr(tobj, Attribute.MAPPED) === 1) continue;
      const pfn = frames.cache.find(file.id, index) as Pfn;
      this.mappings.describe(tobj, vma, at, 1, pfn);
      // Nobody has used it yet.
      emt.tobjWriteAttr(tobj, Attribute.ACCESSED, 0);
      if (this.mappings.update(process, tobj) !== 'ok') return;
      frames.share(pfn);
      process.rssFile++;
      this.probe.call(F.doFaultAround, 'kernel', this.probe.recorder !== null ? formatVirtual(at) : '');
    }
  }

  // ---- devices ------------------------------------------------------------------------------------------------------

  #mapDevice(process: Process, vma: Vma, vpn: Vpn, tobj: Tobj, write: boolean, file: FileRecord): FaultVerdict {
    this.probe.enter(F.daxFault, 'kernel');
    const pfn = this.devicePage(file, linearIndex(vma, vpn));
    const result =
      pfn === -1 ? this.resolution.outOfMemory() : this.mapDeviceFrames(process, vma, vpn, tobj, write, pfn, 1);
    this.probe.leave(F.daxFault);
    return result;
  }

  mapDeviceFrames(
    process: Process,
    vma: Vma,
    vpn: Vpn,
    tobj: Tobj,
    write: boolean,
    pfn: Pfn,
    pages: number,
  ): FaultVerdict {
    const { emt } = this.mappings;
    this.mappings.describe(tobj, vma, vpn, pages, pfn);
    emt.tobjWriteAttr(tobj, Attribute.SPECIAL, 1);
    emt.tobjWriteAttr(tobj, Attribute.DEVMAP, 1);
    if (vma.write) this.mappings.makeWritable(tobj, write);
    const error = this.mappings.update(process, tobj);
    if (error !== 'ok') return this.resolution.failed(error);
    return this.resolution.resolved(MINOR, "the device's memory is mapped directly", 'device');
  }

  /**
   * Frame of a device that holds the page. The device lends frames of ordinary memory as they are touched: a whole huge block
   * where one is free, so that huge pages can map it, else single frames. They stay the device's.
   */
  devicePage(file: FileRecord, index: number): Pfn | -1 {
    const { frames } = this.mappings;
    const { cache, pages, hugePages } = frames;
    const first = index - (index % hugePages);
    const block = cache.find(file.id, first);
    if (block !== -1 && pages.has(block, PageFlag.Compound)) return asPfn(block + (index - first));
    const single = cache.find(file.id, index);
    if (single !== -1) return single;
    // Once part of a block is single frames, the rest is too.
    const whole = cache.next(file.id, first);
    const free = whole < 0 || whole >= first + hugePages;
    if (free && hugePages > 1) {
      const huge = frames.allocate(PageKind.Device, file.id, first, contentOfFile(file, first), frames.hugeOrder);
      if (huge !== -1) {
        cache.insert(file.id, first, huge);
        return asPfn(huge + (index - first));
      }
    }
    const pfn = frames.allocate(PageKind.Device, file.id, index, contentOfFile(file, index));
    if (pfn !== -1) cache.insert(file.id, index, pfn);
    return pfn;
  }
}

const nameOf = (file: FileRecord): string => (file.name === '' ? 'the shared memory' : `"${file.name}"`);

/** What a file holds: a number that depends on file and page alone, and is that of no page that was ever written. */
export const contentOfFile = (file: FileRecord, index: number): number =>
  -1 - ((Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(file.id + 1, 0x85ebca6b)) >>> 2);
