/**
 * The CPUs of a machine. One runs at a time: a scenario says which, so that what several do is an order, and the same one
 * each time. The others keep their TLBs, walk caches and registers, and answer interrupts.
 */
import type { Hasher } from '../core/hash';
import { ArrayState, type Stateful, type TypedArray } from '../core/state';
import type { Cpus, Instructions } from './instructions';
import type { Mmu } from './mmu';

/** The number of the running CPU, then each CPU's arrays: of one that has not changed, those of the save before. */
export type ProcessorsSnapshot = readonly (readonly TypedArray[])[];

export class Processors implements Stateful<ProcessorsSnapshot>, Cpus {
  running: Mmu;
  readonly #current = new Int32Array(1);
  readonly #state = new ArrayState([this.#current]);

  constructor(readonly all: readonly Mmu[]) {
    this.running = all[0];
  }

  get count(): number {
    return this.all.length;
  }
  get current(): number {
    return this.#current[0];
  }
  cpu(number: number): Instructions {
    return this.all[number];
  }

  /** The number must be one of a CPU. */
  runOn(cpu: number): void {
    // Replay drives the running CPU's translator itself.
    this.running.changed();
    this.#current[0] = cpu;
    this.running = this.all[cpu];
  }

  save(): ProcessorsSnapshot {
    this.running.changed();
    return [this.#state.save(), ...this.all.map((cpu) => cpu.save())];
  }

  load(saved: ProcessorsSnapshot): void {
    this.running.changed();
    this.#state.load(saved[0]);
    this.all.forEach((cpu, i) => cpu.load(saved[1 + i]));
    this.running = this.all[this.current];
  }

  hash(into: Hasher): void {
    this.#state.hash(into);
    for (const cpu of this.all) cpu.hash(into);
  }
}
