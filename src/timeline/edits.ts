/**
 * Changes that a person made at moments of the tape. They are part of it: applied whenever their tick runs.
 *
 * Holds always between motions: no edit is later than the cursor. Making one drops what was after it, and going back
 * before one undoes it.
 */
import type { Expression } from '../scenario/language/ast';

export interface Moment {
  readonly tick: number;
  readonly event: number;
}

/** `target = value`, as the `set` statement takes it. */
export interface Change {
  readonly target: Expression;
  readonly value: bigint;
  /** The target as a person wrote it, for messages. */
  readonly text?: string;
}

export interface Edit extends Change, Moment {
  /** Changes that were made in one go have it in common. */
  readonly go: number;
}

export const isLater = (a: Moment, b: Moment): boolean => a.tick > b.tick || (a.tick === b.tick && a.event > b.event);

export class Edits {
  #list: readonly Edit[] = [];
  #goes = 0;

  get count(): number {
    return this.#list.length;
  }

  at(tick: number): readonly Edit[] {
    return this.#list.length === 0 ? this.#list : this.#list.filter((e) => e.tick === tick);
  }

  /** The first edited tick of those from … to − 1; `to` if there is none. */
  firstTick(from: number, to: number): number {
    let first = to;
    for (const { tick } of this.#list) if (tick >= from && tick < first) first = tick;
    return first;
  }

  add(moment: Moment, changes: readonly Change[]): void {
    const go = this.#goes++;
    this.#list = [...this.#list, ...changes.map((change) => ({ ...change, ...moment, go }))];
  }

  /** Drops the edits that are later than a moment; returns them. */
  dropLater(moment: Moment): readonly Edit[] {
    const later = this.#list.filter((e) => isLater(e, moment));
    if (later.length > 0) this.#list = this.#list.filter((e) => !isLater(e, moment));
    return later;
  }
}
