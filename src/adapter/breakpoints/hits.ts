/**
 * Hit counts: what a person asks for, and which hit a moment is.
 *
 * Moments are kept, not counted: the n-th hit is the n-th moment on the tape at which a breakpoint was met, in the tape's
 * order. So going back and forth over one does not change the answer. Moments come in ascending order as a rule, and then
 * keeping one costs nothing that grows with their number.
 */

export interface HitCondition {
  operator: '==' | '>=' | '>' | '<' | '<=' | '%';
  count: number;
}

/** What the box for a hit count takes: `5`, `>= 5`, `% 5`. `undefined` for anything else. */
export function hitCondition(text: string): HitCondition | undefined {
  const [, operator = '==', digits] = /^\s*(==|=|>=|>|<=|<|%)?\s*(\d[\d_]*)\s*$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const count = Number(digits.replaceAll('_', ''));
  if (operator === '%' && count === 0) return undefined;
  return { operator: (operator === '=' ? '==' : operator) as HitCondition['operator'], count };
}

export function reaches({ operator, count }: HitCondition, n: number): boolean {
  switch (operator) {
    case '==':
      return n === count;
    case '>=':
      return n >= count;
    case '>':
      return n > count;
    case '<':
      return n < count;
    case '<=':
      return n <= count;
    case '%':
      return n % count === 0;
  }
}

/** A moment as one number, in the tape's order. No tick has as many events. */
const EVENTS_PER_TICK = 2 ** 20;
const keyOf = (tick: number, event: number): number => tick * EVENTS_PER_TICK + event;

export class Hits {
  /** Ascending. */
  #keys: number[] = [];

  /** Which hit this moment is, from 1; it is one from now on. */
  numberOf(tick: number, event: number): number {
    const key = keyOf(tick, event);
    const keys = this.#keys;
    if (keys.length === 0 || keys[keys.length - 1] < key) return keys.push(key);
    const at = this.#atOrAbove(key);
    if (keys[at] !== key) keys.splice(at, 0, key);
    return at + 1;
  }

  /** A person has changed the state at this moment: what comes after it is new history. */
  forgetAfter(tick: number, event: number): void {
    this.#keys.length = this.#atOrAbove(keyOf(tick, event) + 1);
  }

  #atOrAbove(key: number): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#keys[middle] < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
