/** Random sequences of what processes and people do to memory, on the machine and on the oracle beside it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asVpn } from '../../../src/machine/core/addresses';
import type { CallResult } from '../../../src/machine/kernel/core';
import { ADVICE, type Advice } from '../../../src/machine/core/advice';
import { DEFAULT_KERNEL, type KernelOptions } from '../../../src/machine/kernel/options';
import type { Machine } from '../../../src/machine/machine';
import type { EcptOptions } from '../../../src/machine/paging/ecpt/format';
import { machine, MIB } from '../support';
import { assertBooksBalance, assertNothingLeaked } from './invariants';
import { Oracle, type Page } from './oracle';

/** Where everything happens: four huge pages' worth, a gap of a GiB, and one huge page's. */
const BASE = 0x40000;
const FAR = 0x90000;
const LOW_PAGES = 2048;

const place = fc.oneof(
  { weight: 6, arbitrary: fc.nat(LOW_PAGES - 1).map((n) => BASE + n) },
  { weight: 3, arbitrary: fc.constantFrom(0, 512, 1024, 1536).map((n) => BASE + n) },
  { weight: 1, arbitrary: fc.nat(511).map((n) => FAR + n) },
);
const length = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 40 }) },
  { weight: 2, arbitrary: fc.constantFrom(512, 1024) },
  { weight: 1, arbitrary: fc.integer({ min: 41, max: 700 }) },
);
const rights = fc.constantFrom('rw', 'rw', 'rw', 'rwx', 'r', 'rx', 'none');
const who = fc.nat(3);
const base = { who, at: place, pages: length };

const operation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      op: fc.constant('mmap' as const),
      ...base,
      rights,
      kind: fc.constantFrom<Page['kind']>('anon', 'anon', 'anon', 'shared', 'file', 'dax'),
      name: fc.constantFrom('f', 'g'),
      populate: fc.boolean(),
    }),
  },
  {
    weight: 14,
    arbitrary: fc.record({
      op: fc.constant('access' as const),
      ...base,
      kind: fc.constantFrom<'read' | 'write' | 'exec'>('read', 'write', 'write', 'exec'),
      step: fc.constantFrom(1, 3, 64),
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('munmap' as const), ...base }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('mprotect' as const), ...base, rights }) },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('mremap' as const),
      ...base,
      size: length,
      to: fc.option(place, { nil: undefined }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ op: fc.constant('madvise' as const), ...base, advice: fc.constantFrom<Advice>(...ADVICE) }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('fork' as const), ...base }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('exit' as const), ...base }) },
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constantFrom('swapOut' as const, 'demote' as const, 'promote' as const, 'migrate' as const),
      ...base,
      node: fc.nat(1),
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: fc.constantFrom('reclaim' as const, 'khugepaged' as const), ...base }) },
);
export type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

export const sequence = (maxLength: number): fc.Arbitrary<Operation[]> =>
  fc.array(operation, { minLength: 1, maxLength, size: 'max' });

export interface RunOptions extends Partial<KernelOptions> {
  scheme?: string;
  emtDefaults?: 'all' | readonly string[];
  /** So little memory that it runs out. */
  short?: boolean;
  ecpt?: EcptOptions;
  /** Called with the machine before its first process, and when all has been done and read. */
  begin?(m: Machine): void;
  /** Called after each operation. */
  each?(m: Machine): void;
  end?(m: Machine): void;
}

export function run(
  operations: readonly Operation[],
  { scheme = 'radix', emtDefaults = [], short = false, ecpt, begin, each: after, end, ...kernel }: RunOptions,
): void {
  const m = machine({
    memoryBytes: (short ? (scheme.startsWith('linear') ? 24 : 12) : 128) * MIB,
    nodes: 2,
    scheme,
    ecpt,
    emtDefaults,
    kernel: { ...DEFAULT_KERNEL, ...kernel },
  });
  const free = m.buddy.freeFrames;
  begin?.(m);
  const world = new World(m, short);
  for (const each of operations) {
    world.apply(each);
    assertBooksBalance(m);
    after?.(m);
  }
  world.readEverything();
  end?.(m);
  world.exitAll();
  assertNothingLeaked(m, free);
}

class World {
  readonly #oracle: Oracle;
  #names: string[] = [];
  #values = 1_000_000;

  constructor(
    private readonly m: Machine,
    private readonly short: boolean,
  ) {
    this.#oracle = new Oracle(m.scheme.format.entryBytes === 8);
    assert.ok(m.kernel.createProcess('p0'));
    this.#oracle.create('p0');
    this.#names = ['p0'];
  }

  /** True if the call was made, however many steps it took. With little memory it may run out of it. */
  #call(result: { ok: boolean; error?: string } | void): boolean {
    while (!this.m.kernel.step());
    const refused = result !== undefined && !result.ok ? result.error : this.m.kernel.failure?.error;
    if (refused === undefined) return true;
    assert.ok(this.short && refused === 'ENOMEM', `refused: ${refused} ${this.m.kernel.failure?.text ?? ''}`);
    return false;
  }

  apply(operation: Operation): void {
    const { kernel } = this.m;
    const name = this.#names[operation.who % this.#names.length];
    kernel.switchTo(name);
    const { at, pages } = operation;
    const [start, end] = [asVpn(at), asVpn(at + pages)];
    const oracle = this.#oracle;
    const covered = oracle.covers(name, start, end);
    switch (operation.op) {
      case 'mmap': {
        if (!oracle.isFree(name, start, end)) return;
        const { rights, kind, populate } = operation;
        const flags = { read: rights.includes('r'), write: rights.includes('w'), exec: rights.includes('x') };
        const wanted = {
          pages,
          ...flags,
          backing: kind,
          name: kind === 'shared' ? '' : operation.name,
          at: start,
          populate,
        };
        assert.ok(this.#call(kernel.mmap(wanted)));
        oracle.map(name, start, pages, rights === 'none' ? '' : rights, kind, operation.name);
        return;
      }
      case 'access':
        for (let page = at; page < at + pages; page += operation.step) this.#access(name, page, operation.kind);
        return;
      case 'munmap':
        if (this.#call(kernel.munmap(start, end))) oracle.unmap(name, start, end);
        return;
      case 'mprotect': {
        if (!covered) return;
        const rights = operation.rights === 'none' ? '' : operation.rights;
        const flags = { read: rights.includes('r'), write: rights.includes('w'), exec: rights.includes('x') };
        if (this.#call(kernel.mprotect(start, end, flags))) oracle.protect(name, start, end, rights);
        return;
      }
      case 'mremap':
        return this.#remap(name, at, pages, operation.size, operation.to);
      case 'madvise':
        return this.#advise(name, at, pages, operation.advice, covered);
      case 'fork': {
        if (this.#names.length === 4) return;
        const child = `p${kernel.processes.length}`;
        if (!this.#call(kernel.fork(child))) return;
        oracle.fork(name, child);
        this.#names.push(child);
        return;
      }
      case 'exit':
        if (this.#names.length === 1) return;
        assert.ok(this.#call(kernel.exit(name)));
        oracle.exit(name);
        this.#names = this.#names.filter((n) => n !== name);
        return;
      case 'swapOut':
        if (covered) this.#call(kernel.swapOut(start, end));
        return;
      case 'demote':
        if (covered) this.#call(kernel.demote(start, end));
        return;
      case 'promote':
        this.#mayFail(kernel.promote(start, end));
        return;
      case 'migrate':
        if (covered) this.#call(kernel.migrate(start, end, operation.node));
        return;
      case 'reclaim':
        this.#call(kernel.reclaim(pages));
        return;
      case 'khugepaged':
        this.#call(kernel.khugepaged());
    }
  }

  /** Whatever comes of it: a block for a huge page may be missing at any time. */
  #mayFail(result: CallResult): void {
    if (!result.ok) return assert.ok(['EINVAL', 'ENOMEM'].includes(result.error));
    while (!this.m.kernel.step());
  }

  #access(name: string, page: number, kind: 'read' | 'write' | 'exec'): void {
    const { m } = this;
    const expected = this.#oracle.outcome(name, page, kind);
    const ok = m.access(kind === 'read' ? 0 : kind === 'write' ? 1 : 2, asVpn(page), 0, 8, 1);
    const signal = ok ? 'ok' : m.faultRecord(m.faultCount - 1)?.signal;
    if (this.short && signal === 'OOM') return;
    assert.equal(signal, expected, `${kind} of page 0x${page.toString(16)} in ${name}`);
    if (!ok) return;
    const pfn = m.frameOfVirtual(asVpn(page))!;
    const { frames } = m.kernel;
    if (kind === 'write') {
      frames.pages.setContent(pfn, ++this.#values);
      this.#oracle.write(name, page, this.#values);
    } else {
      const value = frames.contentOf(pfn);
      assert.ok(this.#oracle.read(name, page, value), `page 0x${page.toString(16)} of ${name} reads as ${value}`);
    }
  }

  #remap(name: string, at: number, pages: number, size: number, to: number | undefined): void {
    const { kernel } = this.m;
    const oracle = this.#oracle;
    const vma = kernel.current!.vmas.find((v) => v.start <= at && v.end >= at + pages);
    if (vma === undefined) return;
    if (to !== undefined && !oracle.isFree(name, to, to + size)) return;
    const result = kernel.mremap(asVpn(at), asVpn(at + pages), size, to === undefined ? undefined : asVpn(to));
    const refused = !result.ok && result.error === 'EEXIST';
    if (refused) return;
    const made = this.#call(result);
    if (!made) {
      // A move that fails in the middle has lost what it did not get to: so does Linux if it cannot go back. Begin anew.
      if (result.ok) {
        assert.ok(this.#call(kernel.munmap(result.start, result.end)));
        oracle.unmap(name, at, at + pages);
        oracle.unmap(name, result.start, result.end);
      }
      return;
    }
    if (!result.ok) return;
    oracle.move(name, at, at + pages, result.start, size);
  }

  #advise(name: string, at: number, pages: number, advice: Advice, covered: boolean): void {
    if (!covered) return;
    const result = this.m.kernel.madvise(asVpn(at), asVpn(at + pages), advice);
    if (advice === 'collapse' || advice === 'populate') return this.#mayFail(result);
    const made = this.#call(result);
    if (advice === 'dontneed' && made) this.#oracle.forget(name, at, at + pages);
    if (advice === 'free' && made) this.#oracle.free(name, at, at + pages);
  }

  readEverything(): void {
    for (const name of this.#names) {
      this.m.kernel.switchTo(name);
      for (const page of this.#oracle.space(name).keys()) this.#access(name, page, 'read');
    }
  }

  exitAll(): void {
    for (const name of this.#names) assert.ok(this.#call(this.m.kernel.exit(name)));
  }
}
