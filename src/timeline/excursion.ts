/**
 * Looking at other ticks than the cursor's while the cursor stands: for lists of what has happened.
 *
 * Over gigabytes of tables, taking the run to another tick and back takes longer than what is looked at there. So it goes
 * there in steps, and stays away between slices of a few milliseconds until somebody asks for the cursor's state
 * (`Tape.settle`); it goes on when nobody has asked for a while. A clock decides when, and nothing else. It ends when the visitor has seen enough, or when
 * it is no longer wanted: then a motion may have begun, and the run is not ours to touch.
 */
import type { MachineEvent } from '../machine/core/events';
import type { Run, RunSnapshot } from '../scenario/run/run';
import type { PaceOptions } from './pace';
import { NO_STOPS, type StopRules } from './stops';
import type { Tape } from './tape';

/** The run at a tick's start, somewhere else than the cursor. */
export interface Past {
  readonly run: Run;
  /**
   * Runs on, at most so many ticks and not for long, to behind the next in which something armed was seen. Returns the
   * ticks run.
   */
  on(ticks: number, armed: number): number;
  /** All events of this tick; the run stands behind it then. */
  record(): MachineEvent[];
  /** Keeps this place of the run, to go back to in the same call. */
  keep(): RunSnapshot;
  back(kept: RunSnapshot): void;
}

/** Called with the run at a tick's start, which it takes on by a few ticks. False when it has seen enough. */
export type Visitor = (past: Past) => boolean;

const SLICE_MS = 6;
/** Of memory, that are turned into others at once: about as long. */
const CHUNKS = 24;
/** At a stop an editor asks for many things one after the other. */
const CALM_MS = 15;
/** Ticks that are run at once: as many as take about so long, by the speed that was measured. */
const STRIDE_MS = 2;
const FIRST_STRIDE = 64;
const LONGEST_STRIDE = 65_536;

/** One time that the run is away: over when somebody needs it, who then leaves it `at` this place if it had arrived. */
interface Stay {
  away: boolean;
  arrived: boolean;
  at: RunSnapshot | undefined;
}

export class Excursion implements Past {
  #stride = FIRST_STRIDE;

  constructor(
    private readonly tape: Tape,
    private readonly options: PaceOptions,
  ) {}

  get run(): Run {
    return this.tape.run;
  }

  /** Resolves to false if it became `unwanted` before the visitor had enough, or before the end of the run. */
  async visit(from: number, visitor: Visitor, unwanted: () => boolean): Promise<boolean> {
    try {
      return await this.#visit(from, visitor, unwanted);
    } catch (error) {
      this.tape.settle();
      throw error;
    }
  }

  async #visit(from: number, visitor: Visitor, unwanted: () => boolean): Promise<boolean> {
    let at: RunSnapshot | undefined;
    for (;;) {
      await this.#calm();
      if (unwanted()) return false;
      at ??= this.tape.nearest(from);
      const stay = this.#leave();
      if (await this.#travel(at, stay, unwanted)) {
        this.run.load(at);
        stay.arrived = true;
        if (await this.#look(from, visitor, stay, unwanted)) {
          stay.arrived = false;
          await this.#travel(this.tape.place.start, stay, unwanted);
          if (stay.away) this.tape.settle();
          return true;
        }
      }
      if (unwanted()) {
        if (stay.away) this.tape.settle();
        return false;
      }
      at = stay.at ?? at;
    }
  }

  #leave(): Stay {
    const stay: Stay = { away: true, arrived: false, at: undefined };
    this.tape.takeAway(() => {
      stay.away = false;
      if (stay.arrived) stay.at = this.run.save();
    });
    return stay;
  }

  /** Brings the memory to a saved state, in steps. False if it has to stop on the way. */
  async #travel(to: RunSnapshot, stay: Stay, unwanted: () => boolean): Promise<boolean> {
    while (stay.away && !this.run.machine.memory.approach(to.machine.memory, CHUNKS)) {
      await this.options.yieldToHost();
      if (unwanted()) return false;
    }
    return stay.away;
  }

  /** Slice by slice. False if somebody needed the run before the visitor had enough. */
  async #look(from: number, visitor: Visitor, stay: Stay, unwanted: () => boolean): Promise<boolean> {
    while (this.tape.quietly(() => this.#slice(from, visitor))) {
      await this.options.yieldToHost();
      if (!stay.away || unwanted()) return false;
    }
    return true;
  }

  /** Nobody has asked for the cursor's state for a while, and no one else has the run. */
  async #calm(): Promise<void> {
    let since = this.options.now();
    let asked = this.tape.asked;
    while (this.options.now() - since < CALM_MS || this.tape.isAway) {
      await this.options.yieldToHost();
      if (this.tape.asked === asked) continue;
      asked = this.tape.asked;
      since = this.options.now();
    }
  }

  /** False if the visitor has seen enough. */
  #slice(from: number, visitor: Visitor): boolean {
    const { run } = this;
    const began = this.options.now();
    do {
      if (run.end !== null) return false;
      if (run.tick < from) {
        this.on(from - run.tick, 0);
        // Whoever looks here will look close to here.
        if (run.tick === from) this.tape.leaveNear();
      } else if (!visitor(this)) return false;
    } while (this.options.now() - began < SLICE_MS);
    return true;
  }

  on(ticks: number, armed: number): number {
    const rules: StopRules = armed === 0 ? NO_STOPS : { ...NO_STOPS, armed };
    const began = this.options.now();
    const ran = this.tape.runFast(rules, Math.min(ticks, this.#stride));
    const took = Math.max(0.02, this.options.now() - began);
    const wanted = Math.ceil((ran * STRIDE_MS) / took);
    this.#stride = Math.max(1, Math.min(LONGEST_STRIDE, wanted, 4 * this.#stride));
    return ran;
  }

  record(): MachineEvent[] {
    return this.tape.recordHere();
  }

  keep(): RunSnapshot {
    return this.run.save();
  }

  back(kept: RunSnapshot): void {
    this.run.load(kept);
  }
}
