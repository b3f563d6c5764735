/**
 * Elastic resizing: the kernel thread that moves a way's clusters to a larger table, or a smaller one, 16 slots at a time, while
 * look-ups and inserts go on (EMT-Linux `ecpt_rehash_wq`, `do_rehash_range`).
 *
 * The *rehash pointer* of a way says which slots have moved: whoever hashes to a slot below it looks in the target. Software's
 * advances with every slot, the hardware's register at the end of a batch: what has moved in between is still in its old slot,
 * which is never cleared. One job is worked on at a time, because all ways of a relative number share one target.
 */
import { formatPhysical, type Pfn, physicalOf } from '../../../core/addresses';
import { Counter } from '../../../core/counters';
import { Signal } from '../../../core/probe';
import { Cluster, isEmptySlot, readTag } from '../layout';
import { BATCH_SLOTS, DOWNSIZE_AT, DOWNSIZE_FACTOR, type EcptOptions } from '../format';
import { tableFrame, tableLog2, tableWord } from '../descriptor';
import type { Job } from './kernelData';
import type { Inserts, InsertResult } from './inserts';
import type { OccupancyListener, Ways } from './ways';

/** How often an insert may make room by resizing before it gives up. */
const MAX_GROWTHS = 8;

export class Resizer implements OccupancyListener {
  readonly #options: EcptOptions;

  constructor(
    private readonly ways: Ways,
    private readonly inserts: Inserts,
    /** The way's registers must follow the descriptor, on every CPU that has the address space loaded. */
    private readonly publish: (root: Pfn, way: number) => void,
  ) {
    this.#options = ways.parts.options;
    ways.listener = this;
  }

  // ---- when ---------------------------------------------------------------------------------------------------------

  /** `need_rehash`, after each new cluster. */
  rose(root: Pfn, way: number): void {
    const { descriptors } = this.ways.parts;
    const entries = 2 ** tableLog2(descriptors.table(root, way));
    if (descriptors.isQueued(root, way) || descriptors.occupancy(root, way) < entries * this.#options.resizeAt) return;
    this.#want(root, way);
  }

  fell(root: Pfn, way: number): void {
    if (!this.#options.downsize) return;
    const { descriptors } = this.ways.parts;
    if (!descriptors.isQueued(root, way) && this.#isSparse(root, way)) this.#queue({ root, way, shrinks: true });
  }

  #isSparse(root: Pfn, way: number): boolean {
    const { descriptors, numbers } = this.ways.parts;
    const entries = 2 ** tableLog2(descriptors.table(root, way));
    const least = this.#options.entries[numbers.sizeOf(way)];
    return entries > least && descriptors.occupancy(root, way) < entries * DOWNSIZE_AT;
  }

  #want(root: Pfn, way: number): void {
    const { numbers } = this.ways.parts;
    const size = numbers.sizeOf(way);
    const first = numbers.first(numbers.isUser(way) ? 1 : 0, size);
    const all = this.#options.resizeWhat === 'size';
    for (let each = all ? first : way; each <= (all ? first + numbers.ways[size] - 1 : way); each++)
      this.#queue({ root, way: each, shrinks: false });
  }

  #queue(job: Job): void {
    const { data, descriptors } = this.ways.parts;
    if (!descriptors.isQueued(job.root, job.way) && data.push(job)) descriptors.setQueued(job.root, job.way, true);
  }

  // ---- the thread ---------------------------------------------------------------------------------------------------

  get isBusy(): boolean {
    return this.ways.parts.data.jobs > 0;
  }

  /** One batch of the first job. */
  step(): void {
    this.ways.parts.probe.counters[Counter.EcptBatches]++;
    const job = this.ways.parts.data.job(0);
    if (this.#begin(job)) this.#batch(job, BATCH_SLOTS);
  }

  /** Makes the target if it is not there. False if there is nothing to do for this job any more, which ends it. */
  #begin(job: Job): boolean {
    const { root, way } = job;
    const { descriptors, numbers, probe } = this.ways.parts;
    const target = numbers.target(way);
    if (descriptors.isBuilt(root, target)) return true;
    const log2 = tableLog2(descriptors.table(root, way));
    if (job.shrinks && !this.#isSparse(root, way)) {
      this.#drop(job);
      return false;
    }
    const wanted = job.shrinks ? log2 - Math.log2(DOWNSIZE_FACTOR) : log2 + Math.log2(this.#options.resizeFactor);
    const table = this.ways.allocate(root, wanted, numbers.sizeOf(way));
    if (table === -1) {
      probe.note(`no contiguous memory for a way of ${2 ** wanted} entries: it is not resized`);
      this.#drop(job);
      return false;
    }
    descriptors.setTable(root, target, tableWord(table, wanted));
    descriptors.setOccupancy(root, target, 0);
    probe.counters[Counter.EcptResizes]++;
    probe.signal(Signal.Resize);
    if (probe.recorder !== null)
      probe.note(
        `way ${way} is resized from ${2 ** log2} to ${2 ** wanted} entries: ${descriptors.occupancy(root, way)} clusters move to ${formatPhysical(physicalOf(table))}`,
        'resizeStart',
      );
    this.publish(root, way);
    return true;
  }

  #drop(job: Job): void {
    const { data, descriptors } = this.ways.parts;
    data.hurry(job);
    data.pop();
    descriptors.setQueued(job.root, job.way, false);
  }

  #batch(job: Job, slots: number): void {
    const { root, way } = job;
    const { descriptors, probe } = this.ways.parts;
    const entries = 2 ** tableLog2(descriptors.table(root, way));
    for (let n = 0; n < slots; n++) {
      const slot = descriptors.pointer(root, way);
      if (slot >= entries) break;
      this.#migrate(job, slot);
      // Making room for what it carried may have ended the job.
      if (!descriptors.isQueued(root, way)) return;
    }
    if (probe.recorder !== null)
      probe.note(`rehash pointer of way ${way}: ${descriptors.pointer(root, way)} of ${entries}`);
    if (descriptors.pointer(root, way) >= entries) this.#complete(job);
    this.publish(root, way);
  }

  /** Copies what is in a slot to the target; the old slot stays as it is, hidden by the pointer. */
  #migrate({ root, way }: Job, slot: number): void {
    const { ways } = this;
    const { descriptors, numbers, hash, memory, probe } = ways.parts;
    const word = descriptors.table(root, way);
    const size = numbers.sizeOf(way);
    const user = numbers.isUser(way) ? 1 : 0;
    ways.root = root;
    ways.way = way;
    ways.inTarget = false;
    ways.table = tableFrame(word);
    ways.slot = slot;
    ways.look();
    probe.tableRead();
    if (ways.at < 0 || isEmptySlot(memory.pool.words, ways.at)) {
      descriptors.setPointer(root, way, slot + 1);
      return;
    }
    for (let i = 0; i < Cluster.Words; i++) ways.hand[i] = memory.pool.words[ways.at + i];
    const tag = readTag(ways.hand, 0);
    const target = descriptors.table(root, numbers.target(way));
    ways.inTarget = true;
    ways.table = tableFrame(target);
    ways.slot = hash.index(tag, tableLog2(target), way);
    ways.look();
    probe.hash();
    probe.tableRead();
    probe.counters[Counter.EcptMigrated]++;
    // It leaves the old table, wherever it comes to be.
    descriptors.setOccupancy(root, way, descriptors.occupancy(root, way) - 1);
    if (ways.isEmpty) ways.put(root, user, size, tag, 'migrate', 0);
    else {
      // Who copies before kicking lets the pointer hide the old slot only when the cluster has another, or nowhere to go.
      const copies = this.#options.kick === 'copy';
      if (copies) ways.leaving(way, slot);
      else descriptors.setPointer(root, way, slot + 1);
      const result = this.inserts.kick(root, user, size, tag, -1);
      ways.leaving(-1, 0);
      descriptors.setPointer(root, way, slot + 1);
      this.#settle(root, user, size, result);
      return;
    }
    descriptors.setPointer(root, way, slot + 1);
  }

  /** The target is the way now. */
  #complete(job: Job): void {
    const { root, way } = job;
    const { descriptors, numbers, probe } = this.ways.parts;
    const size = numbers.sizeOf(way);
    const target = numbers.target(way);
    this.ways.dismantle(root, way, size);
    descriptors.setTable(root, way, descriptors.table(root, target));
    descriptors.setOccupancy(root, way, descriptors.occupancy(root, target));
    descriptors.setPointer(root, way, 0);
    descriptors.setTable(root, target, 0);
    descriptors.setOccupancy(root, target, 0);
    this.#drop(job);
    probe.counters[Counter.EcptResizesEnded]++;
    probe.signal(Signal.Resize);
    if (probe.recorder !== null)
      probe.note(`way ${way} has ${2 ** tableLog2(descriptors.table(root, way))} entries now`, 'resizeEnd');
  }

  // ---- inserts that find no place -----------------------------------------------------------------------------------

  /** Ends an insert: one that found no place loses what is in hand, or resizes until there is one. */
  #settle(root: Pfn, user: number, size: number, result: InsertResult): boolean {
    if (result === 'ok') return true;
    const { ways } = this;
    const { probe } = ways.parts;
    probe.counters[Counter.EcptFailures]++;
    if (this.#options.failure === 'resize') {
      const held = new Int32Array(Cluster.Words);
      for (let n = 0; n < MAX_GROWTHS; n++) {
        const tag = this.inserts.lost;
        held.set(ways.hand);
        const grown = this.#grow(root, user, size);
        ways.hand.set(held);
        if (!grown) break;
        if (this.inserts.place(root, user, size, tag) === 'ok') return true;
      }
    }
    if (probe.recorder !== null) probe.note(`no place after ${MAX_GROWTHS} resizes, or no memory for one`);
    return false;
  }

  /** Inserts one entry of a cluster that is in no way. False if that failed. */
  insert(root: Pfn, user: number, size: number, tag: number, entry: number, low: number, high: number): boolean {
    const result = this.inserts.insert(root, user, size, tag, entry, low, high);
    return this.#settle(root, user, size, result);
  }

  /** Ways of a page size are new: the hardware must know. */
  built(root: Pfn, user: number, size: number): void {
    const { numbers } = this.ways.parts;
    const first = numbers.first(user, size);
    for (let way = first; way < first + numbers.ways[size]; way++) this.publish(root, way);
  }

  /** Ends the resizes of the page size that go on, or makes one. False if that was not possible. */
  #grow(root: Pfn, user: number, size: number): boolean {
    const { data, numbers } = this.ways.parts;
    const first = numbers.first(user, size);
    const isOurs = (job: Job): boolean => job.root === root && job.way >= first && job.way < first + numbers.ways[size];
    let job = this.#firstJob(isOurs);
    if (job === undefined) {
      for (let way = first; way < first + numbers.ways[size]; way++) this.#want(root, way);
      job = this.#firstJob(isOurs);
    }
    if (job === undefined) return false;
    // What shares its target comes first.
    const target = numbers.target(job.way);
    const before = this.#firstJob((j) => j.root === root && numbers.target(j.way) === target) ?? job;
    data.hurry(before);
    return this.#finish(before);
  }

  #firstJob(wanted: (job: Job) => boolean): Job | undefined {
    const { data } = this.ways.parts;
    for (let n = 0; n < data.jobs; n++) {
      const job = data.job(n);
      if (wanted(job)) return job;
    }
    return undefined;
  }

  /** Runs a job to its end. */
  #finish(job: Job): boolean {
    const { descriptors } = this.ways.parts;
    if (!this.#begin(job)) return false;
    while (descriptors.isQueued(job.root, job.way)) this.#batch(job, BATCH_SLOTS);
    return true;
  }

  /** An address space goes: nothing is resized in it any more. */
  forget(root: Pfn): void {
    this.ways.parts.data.forget(root);
  }
}
