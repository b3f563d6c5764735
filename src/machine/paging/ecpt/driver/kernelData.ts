/**
 * What EMT-Linux keeps in static variables: the state of its random numbers, the way that the last kick ended in, and the queue
 * of its resizing thread. It lies in memory, in the first MiB that the allocator never hands out, so that it is saved,
 * restored and hashed with it.
 */
import { asPfn, type Pfn } from '../../../core/addresses';
import { randomWord } from '../../../core/random';
import type { PhysicalMemory } from '../../../memory/physicalMemory';
import { KERNEL_DESCRIPTOR } from '../descriptor';

const DATA_FRAME = asPfn(16);

const enum Data {
  /** Random numbers drawn. */
  Random = 0,
  /** Relative number + 1 of the way that the last kick ended in. */
  LastKick = 1,
  /** First job, and how many: a ring. */
  Head = 2,
  Jobs = 3,
  Ring = 16,
  RingJobs = 504,
}

export interface Job {
  root: Pfn;
  way: number;
  shrinks: boolean;
}

/** In a job's word, above the number of the way. */
const SHRINKS = 64;

export class KernelData {
  constructor(
    private readonly memory: PhysicalMemory,
    private readonly seed: number,
  ) {
    memory.back(DATA_FRAME);
    memory.back(KERNEL_DESCRIPTOR);
  }

  #get(word: number): number {
    return this.memory.pool.words[this.memory.base(DATA_FRAME) + word];
  }

  #set(word: number, value: number): void {
    const base = this.memory.base(DATA_FRAME);
    this.memory.pool.touch(base >> 10);
    this.memory.pool.words[base + word] = value;
  }

  /** Random numbers begin anew: what the kernel drew for its own tables before it ran is no part of a run. */
  restart(): void {
    this.#set(Data.Random, 0);
    this.#set(Data.LastKick, 0);
  }

  /** The next random number, uniform in 0 … bound − 1. */
  random(bound: number): number {
    const drawn = this.#get(Data.Random);
    this.#set(Data.Random, drawn + 1);
    return randomWord(this.seed, drawn) % bound;
  }

  /** Relative number of the way that the last kick ended in; −1 before the first. */
  get lastKick(): number {
    return this.#get(Data.LastKick) - 1;
  }
  set lastKick(relative: number) {
    this.#set(Data.LastKick, relative + 1);
  }

  // ---- the queue of resizes -----------------------------------------------------------------------------------------

  /** The same without this object, for whoever only looks. */
  static jobsIn(memory: PhysicalMemory): number {
    return memory.readWord(DATA_FRAME * 4096 + 4 * Data.Jobs);
  }

  get jobs(): number {
    return this.#get(Data.Jobs);
  }

  /** The n-th job, 0 being the one that is worked on. */
  job(n: number): Job {
    const at = Data.Ring + 2 * ((this.#get(Data.Head) + n) % Data.RingJobs);
    const word = this.#get(at + 1);
    return { root: asPfn(this.#get(at)), way: word % SHRINKS, shrinks: word >= SHRINKS };
  }

  /** False if there is no room for it. */
  push(job: Job): boolean {
    const jobs = this.jobs;
    if (jobs === Data.RingJobs) return false;
    this.#write(jobs, job);
    this.#set(Data.Jobs, jobs + 1);
    return true;
  }

  pop(): void {
    this.#set(Data.Head, (this.#get(Data.Head) + 1) % Data.RingJobs);
    this.#set(Data.Jobs, this.jobs - 1);
  }

  /** Takes the jobs of an address space out; the order of the others stays. */
  forget(root: Pfn): void {
    let kept = 0;
    const jobs = this.jobs;
    for (let n = 0; n < jobs; n++) {
      const job = this.job(n);
      if (job.root !== root) this.#write(kept++, job);
    }
    this.#set(Data.Jobs, kept);
  }

  /** Puts a job that waits before all others. */
  hurry({ root, way }: Job): void {
    for (let n = this.jobs - 1; n > 0; n--) {
      const job = this.job(n);
      if (job.root !== root || job.way !== way) continue;
      for (let back = n; back > 0; back--) {
        this.#write(back, this.job(back - 1));
      }
      this.#write(0, job);
      return;
    }
  }

  #write(n: number, { root, way, shrinks }: Job): void {
    const at = Data.Ring + 2 * ((this.#get(Data.Head) + n) % Data.RingJobs);
    this.#set(at, root);
    this.#set(at + 1, way + (shrinks ? SHRINKS : 0));
  }
}
