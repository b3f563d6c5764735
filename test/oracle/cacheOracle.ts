/**
 * The rules of docs/model.md, "Data caches", as a program: slow, plain, and sharing nothing with src. A cache is an array of lines
 * for each set, in order of use; an access is a byte address.
 */

/** [bytes, ways] */
export type Geometry = readonly [number, number];
export type Place = 'l1' | 'l2' | 'llc' | 'dram';

interface Line {
  number: number;
  table: boolean;
}

export class OracleCache {
  readonly #sets: Line[][];
  readonly #ways: number;
  hits = 0;
  misses = 0;
  kept = 0;
  replacements = 0;

  constructor(
    [bytes, ways]: Geometry,
    private readonly prioritised = false,
  ) {
    this.#ways = ways;
    this.#sets = Array.from({ length: bytes / 64 / ways }, () => []);
  }

  #setOf(number: number): Line[] {
    return this.#sets[number % this.#sets.length];
  }

  ask(number: number, table: boolean): boolean {
    const set = this.#setOf(number);
    const at = set.findIndex((line) => line.number === number);
    if (at < 0) {
      this.misses++;
      return false;
    }
    this.hits++;
    set.splice(at, 1);
    set.unshift({ number, table });
    return true;
  }

  enter(number: number, table: boolean, inPhase: boolean): void {
    const set = this.#setOf(number);
    if (set.length === this.#ways) {
      let victim = set.length - 1;
      if (inPhase && this.prioritised && ++this.replacements % 100 !== 0) {
        const data = set.findLastIndex((line) => !line.table);
        if (data >= 0 && data !== victim) this.kept++;
        if (data >= 0) victim = data;
      }
      set.splice(victim, 1);
    }
    set.unshift({ number, table });
  }

  forget(number: number): void {
    const set = this.#setOf(number);
    const at = set.findIndex((line) => line.number === number);
    if (at >= 0) set.splice(at, 1);
  }
}

export interface OracleOptions {
  l1: Geometry;
  l1i: Geometry;
  l2: Geometry;
  llc: Geometry;
  walker: 'l1' | 'l2';
  priority: boolean;
  cpus: number;
}

export class CacheOracle {
  readonly llc: OracleCache;
  readonly cpus: { l1: OracleCache; l1i: OracleCache; l2: OracleCache }[];
  #accesses = 0;
  #walks = 0;
  inPhase = false;

  constructor(private readonly options: OracleOptions) {
    this.llc = new OracleCache(options.llc, options.priority);
    this.cpus = Array.from({ length: options.cpus }, () => ({
      l1: new OracleCache(options.l1),
      l1i: new OracleCache(options.l1i),
      l2: new OracleCache(options.l2, options.priority),
    }));
  }

  /** The walker reads an entry. */
  table(cpu: number, address: number): Place {
    const { l1 } = this.cpus[cpu];
    return this.#find(this.options.walker === 'l1' ? l1 : undefined, cpu, Math.floor(address / 64), true);
  }

  /** Where the farthest line of the access is found. */
  program(cpu: number, address: number, bytes: number, kind: 'read' | 'write' | 'exec'): Place {
    const order: Place[] = ['l1', 'l2', 'llc', 'dram'];
    let farthest = 0;
    const last = Math.floor((address + bytes - 1) / 64);
    if (kind !== 'exec' && ++this.#accesses === 10_000) {
      this.inPhase = this.options.priority && this.#walks >= 100;
      this.#accesses = this.#walks = 0;
    }
    for (let line = Math.floor(address / 64); line <= last; line++) {
      const l1 = kind === 'exec' ? this.cpus[cpu].l1i : this.cpus[cpu].l1;
      farthest = Math.max(farthest, order.indexOf(this.#find(l1, cpu, line, false)));
    }
    if (kind === 'write')
      for (let line = Math.floor(address / 64); line <= last; line++)
        this.cpus.forEach((other, i) => {
          if (i !== cpu) for (const cache of Object.values(other)) cache.forget(line);
        });
    return order[farthest];
  }

  walked(): void {
    this.#walks++;
  }

  #find(l1: OracleCache | undefined, cpu: number, line: number, table: boolean): Place {
    const { l2 } = this.cpus[cpu];
    if (l1?.ask(line, table)) return 'l1';
    const inL2 = l2.ask(line, table);
    const inLlc = inL2 || this.llc.ask(line, table);
    if (!inLlc) this.llc.enter(line, table, this.inPhase);
    if (!inL2) l2.enter(line, table, this.inPhase);
    l1?.enter(line, table, false);
    return inL2 ? 'l2' : inLlc ? 'llc' : 'dram';
  }
}
