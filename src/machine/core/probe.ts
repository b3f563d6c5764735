/**
 * The point where running code meets its observers.
 *
 * The machine calls a probe at well-chosen places whether or not anyone listens. Without a recorder a call counts work
 * and returns; with one it also appends an event. It is the same code in both modes, so a recorded tick cannot differ
 * from a fast one. When the recorder has seen the event it was told to stop at, it throws `StopAtEvent`: the machine is
 * then exactly in the state of that event, and stays usable for inspection only until a snapshot is restored.
 */
import { Counter } from './counters';
import type { EventBody, IteratorPlace, MachineEvent, NoteTopic, Runner } from './events';
import { DEFAULT_SOFTWARE_COSTS, defaultInstructions, FUNCTION_NAMES, type SoftwareCosts } from './functions';
import { Watches } from './watch';

export class StopAtEvent extends Error {
  constructor() {
    super('the recorder reached the event it was told to stop at');
  }
}

/** One for all: a new one would trace the stack, which takes longer than the tick. */
const STOP = new StopAtEvent();

export class Recorder {
  readonly events: MachineEvent[] = [];
  /** Of each open function: instructions that were charged to it before it began. */
  readonly #before: number[] = [];
  #editing = false;

  /**
   * `stopAt`: index of the event after which the run is unwound; Infinity records the whole tick. `onEvent` is called
   * with the index of each event before that: a person's edits of the state are applied there.
   */
  constructor(
    private readonly stopAt = Infinity,
    private readonly onEvent?: (index: number) => void,
  ) {}

  /** What a person's edit makes the machine do is no event of the tick, or later ones would change their numbers. */
  emit(event: EventBody): void {
    if (this.#editing) return;
    this.events.push({ ...event, depth: this.#before.length });
    if (this.onEvent !== undefined) {
      this.#editing = true;
      this.onEvent(this.events.length - 1);
      this.#editing = false;
    }
    if (this.events.length > this.stopAt) throw STOP;
  }

  /** A function begins, or a walk; if a function, one that has been charged so many instructions so far. */
  indent(charged = 0): void {
    this.#before.push(charged);
  }
  /** It ends; returns what `indent` was told. */
  outdent(): number {
    return this.#before.pop() ?? 0;
  }
}

/**
 * What a debugger may ask to be told about in a fast run: bits of `Probe.armed`. Bits 0 to 6 are fault kinds in the
 * order of `FAULT_KINDS`.
 */
export const enum Signal {
  /** The last of the fault kinds. */
  Fatal = 1 << 6,
  TlbMiss = 1 << 7,
  Function = 1 << 8,
  FailedExpect = 1 << 9,
  Break = 1 << 10,
  /** Something that is watched was used: see watch.ts. */
  Watch = 1 << 11,
  /** A walk of a guest has left for the host. */
  VmExit = 1 << 12,
  /** Of cuckoo tables: a cluster is kicked, a resize begins or ends, a walk finds a page in two ways. */
  Kick = 1 << 13,
  Resize = 1 << 14,
  Duplicate = 1 << 15,
  /** A flattened table had to be a normal one. */
  Fallback = 1 << 16,
}

const FUNCTIONS = FUNCTION_NAMES.length;
/** Consecutive counters, of which `KernelPageFault` is the first. */
const WORK_CLASSES = Counter.HostWork - Counter.KernelPageFault + 1;

/** Which class of kernel work instructions are charged to. */
export type WorkClass =
  Counter.KernelPageFault | Counter.KernelSystemCall | Counter.KernelTimer | Counter.KernelOther | Counter.HostWork;

export class Probe {
  recorder: Recorder | null = null;
  readonly counters = new Float64Array(Counter.Count);
  readonly calls = new Float64Array(FUNCTION_NAMES.length);
  /** By class of work, then by function. */
  readonly instructions = new Float64Array(WORK_CLASSES * FUNCTIONS);
  readonly costs = Float64Array.from(FUNCTION_NAMES, defaultInstructions);
  readonly softwareCosts: SoftwareCosts = { ...DEFAULT_SOFTWARE_COSTS };
  /**
   * Index of the EMT function that runs, which reads and writes of tables are charged to. No state: whoever begins such a
   * function sets it, and sets it back at the end.
   */
  running = 0;
  /** State of the machine like any other: [0] is the WorkClass that instructions are charged to now. */
  readonly workClass = Float64Array.of(Counter.KernelOther);

  /**
   * Host-side, no part of the machine's state: what to look for, which functions count for `Signal.Function`, and what
   * was seen. Only slow paths look, so that an armed breakpoint costs a fast run nothing until it fires.
   */
  armed = 0;
  fired = 0;
  readonly armedFunctions = new Uint8Array(FUNCTION_NAMES.length);
  readonly watches = new Watches();
  /** Size of the access that runs, for its events alone. */
  accessBytes = 0;

  signal(bit: number): void {
    this.fired |= bit & this.armed;
  }

  /** A function begins. `detail` is evaluated by callers only while recording. */
  enter(index: number, implementation: Runner, detail = '', driver?: string): void {
    this.calls[index]++;
    if (this.armedFunctions[index] !== 0) this.signal(Signal.Function);
    this.charge(index, this.costs[index]);
    if (this.recorder === null) return;
    this.recorder.emit({ kind: 'enter', name: FUNCTION_NAMES[index], implementation, driver, arguments: detail });
    this.recorder.indent(this.instructionsOf(index) - this.costs[index]);
  }

  /** Only while a recorder listens: what follows is more of a function that an earlier tick has entered, and counted. */
  resume(index: number): void {
    this.recorder?.emit({
      kind: 'enter',
      name: FUNCTION_NAMES[index],
      implementation: 'kernel',
      arguments: 'goes on',
      continued: true,
    });
    this.recorder?.indent(this.instructionsOf(index));
  }

  /** A function in which nothing else happens that is worth a line. */
  call(index: number, implementation: Runner, detail = '', result = '', driver?: string): void {
    this.calls[index]++;
    if (this.armedFunctions[index] !== 0) this.signal(Signal.Function);
    this.charge(index, this.costs[index]);
    if (this.recorder === null) return;
    const name = FUNCTION_NAMES[index];
    this.recorder.emit({ kind: 'call', name, implementation, driver, arguments: detail, result });
  }

  leave(index: number, result = '', iterator?: IteratorPlace): void {
    if (this.recorder === null) return;
    const instructions = this.instructionsOf(index) - this.recorder.outdent();
    const name = FUNCTION_NAMES[index];
    // A copy: the scan goes on.
    if (iterator !== undefined)
      this.recorder.emit({ kind: 'leave', name, result, instructions, iterator: { ...iterator } });
    else this.recorder.emit({ kind: 'leave', name, result, instructions });
  }

  /** More instructions for the function that runs, e.g. one loop iteration. */
  charge(index: number, instructions: number): void {
    const work = this.workClass[0];
    this.instructions[(work - Counter.KernelPageFault) * FUNCTIONS + index] += instructions;
    this.counters[work] += instructions;
  }

  /** Instructions of a function in all classes of work, or in one. */
  instructionsOf(index: number, work?: WorkClass): number {
    if (work !== undefined) return this.instructions[(work - Counter.KernelPageFault) * FUNCTIONS + index];
    let sum = 0;
    for (let at = index; at < this.instructions.length; at += FUNCTIONS) sum += this.instructions[at];
    return sum;
  }

  /** Software reads a table entry. */
  tableRead(): void {
    this.counters[Counter.SoftwareReads]++;
    this.charge(this.running, this.softwareCosts.entry_read);
  }

  /** Software reads that many entries, one after the other. */
  tableReads(entries: number): void {
    this.counters[Counter.SoftwareReads] += entries;
    this.charge(this.running, entries * this.softwareCosts.entry_read);
  }

  /** Software writes a table entry. */
  tableWrite(): void {
    this.counters[Counter.SoftwareWrites]++;
    this.charge(this.running, this.softwareCosts.entry_write);
  }

  /** Software hashes a page number. */
  hash(): void {
    this.counters[Counter.SoftwareHashes]++;
    this.charge(this.running, this.softwareCosts.entry_hash);
  }

  count(counter: Counter): void {
    this.counters[counter]++;
  }

  note(text: string, topic?: NoteTopic): void {
    this.recorder?.emit({ kind: 'note', text, topic });
  }
}
