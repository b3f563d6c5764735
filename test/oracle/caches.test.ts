import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asVpn } from '../../src/machine/core/addresses';
import type { DataCacheOptions } from '../../src/machine/caches/options';
import type { Answer } from '../../src/machine/caches/tableReads';
import type { MachineEvent } from '../../src/machine/core/events';
import { Recorder } from '../../src/machine/core/probe';
import type { Machine } from '../../src/machine/machine';
import { statistics } from '../../src/machine/statistics';
import { entryAddressIn } from '../../src/machine/paging/format';
import { EVERY_SCHEME, machineWithProcess, map, RWX, TINY_CACHES } from '../machine/support';
import { CacheOracle, type Place } from './cacheOracle';

const PAGES = 3000;
const START = 0x400;
const ANSWERS: Record<Answer, Place> = { L1: 'l1', L2: 'l2', LLC: 'llc', DRAM: 'dram' };

const oracleOf = ({ l1, l1i, l2, llc, walker, priority }: DataCacheOptions, cpus: number): CacheOracle => {
  const pair = ({ sizeBytes, ways }: { sizeBytes: number; ways: number }) => [sizeBytes, ways] as const;
  return new CacheOracle({ l1: pair(l1), l1i: pair(l1i), l2: pair(l2), llc: pair(llc), walker, priority, cpus });
};

/** Tells the oracle of every read and access that the machine sends through its caches, and compares where each was found. */
function followed(m: Machine, oracle: CacheOracle): { tables: number[] } {
  const seen = { tables: [] as number[] };
  for (const [cpu, caches] of m.caches!.cpus.entries()) {
    const { read, fetch, data, instructions } = caches;
    caches.read = (level, frame, offset) => {
      const place = oracle.table(cpu, frame * 4096 + offset);
      const cycles = read.call(caches, level, frame, offset);
      assert.equal(ANSWERS[caches.answer], place);
      assert.equal(cycles, TINY_CACHES.latency[place]);
      seen.tables.push(frame * 4096 + offset);
      return cycles;
    };
    caches.fetch = (frame, offset) => {
      const place = oracle.table(cpu, frame * 4096 + offset);
      fetch.call(caches, frame, offset);
      assert.equal(ANSWERS[caches.answer], place);
    };
    caches.data = (frame, offset, bytes) => {
      data.call(caches, frame, offset, bytes);
      const kind = m.last[0] === 1 ? 'write' : 'read';
      assert.equal(ANSWERS[caches.answer], oracle.program(cpu, frame * 4096 + offset, bytes, kind));
      return 0;
    };
    caches.instructions = (frame, offset, bytes) => {
      instructions.call(caches, frame, offset, bytes);
      assert.equal(ANSWERS[caches.answer], oracle.program(cpu, frame * 4096 + offset, bytes, 'exec'));
      return 0;
    };
    const { walked } = caches;
    caches.walked = (...args) => {
      oracle.walked();
      walked.apply(caches, args);
    };
  }
  return seen;
}

const access = fc.record({
  kind: fc.constantFrom(0, 0, 1, 1, 2),
  page: fc.oneof(fc.nat(15), fc.nat(PAGES - 2)),
  offset: fc.oneof(fc.nat(4095), fc.constantFrom(0, 64, 4092)),
  size: fc.constantFrom(1, 8, 8, 64, 200),
  cpu: fc.nat(1),
});

function assertCounts(m: Machine, oracle: CacheOracle): void {
  const { caches } = statistics(m);
  const sum = (pick: (cpu: CacheOracle['cpus'][number]) => { hits: number; misses: number }): object =>
    oracle.cpus.map(pick).reduce((a, b) => ({ hits: a.hits + b.hits, misses: a.misses + b.misses }), {
      hits: 0,
      misses: 0,
    });
  assert.deepEqual(
    caches?.l1,
    sum(({ l1 }) => l1),
  );
  assert.deepEqual(
    caches?.l1i,
    sum(({ l1i }) => l1i),
  );
  const kept = oracle.cpus.reduce((n, { l2 }) => n + l2.kept, 0);
  assert.deepEqual(caches?.l2, { ...sum(({ l2 }) => l2), protected: kept });
  assert.deepEqual(caches?.llc, { hits: oracle.llc.hits, misses: oracle.llc.misses, protected: oracle.llc.kept });
}

describe('data caches against the plain model', function () {
  this.timeout(120_000);
  for (const scheme of EVERY_SCHEME)
    it(`find every line of walks and data where it says: ${scheme}`, () => {
      fc.assert(
        fc.property(
          fc.array(access, { minLength: 1, maxLength: 150, size: 'max' }),
          fc.constantFrom<'l1' | 'l2'>('l1', 'l2'),
          (accesses, walker) => {
            const options = { ...TINY_CACHES, walker };
            const m = machineWithProcess({ scheme, caches: options, cpus: 2 });
            map(m, START, PAGES, RWX);
            const oracle = oracleOf(options, 2);
            const seen = followed(m, oracle);
            for (const { kind, page, offset, size, cpu } of accesses) {
              m.moveTo(cpu);
              seen.tables.length = 0;
              const recorder = new Recorder();
              m.probe.recorder = recorder;
              assert.ok(m.access(kind, asVpn(START + page), offset, size, 1));
              m.probe.recorder = null;
              assertReads(m, recorder.events, seen.tables);
            }
            assertCounts(m, oracle);
          },
        ),
        { numRuns: 15 },
      );
    });

  it('keep lines of page tables by the rule while many accesses walk, and no longer', () => {
    const options = { ...TINY_CACHES, priority: true, llc: { sizeBytes: 16384, ways: 8 } };
    const m = machineWithProcess({ caches: options });
    map(m, START, PAGES, RWX);
    const oracle = oracleOf(options, 1);
    followed(m, oracle);
    let random = 1;
    const phases: boolean[] = [];
    for (let i = 0; i < 60_000; i++) {
      random = (Math.imul(random, 1103515245) + 12345) >>> 0;
      // Everywhere, then for a while inside one page, then everywhere again.
      const page = i >= 20_000 && i < 45_000 ? 7 : (random >>> 8) % PAGES;
      assert.ok(m.access(0, asVpn(START + page), 8 * ((random >>> 4) % 512), 8, 1));
      if (i % 10_000 === 9_999) {
        assert.equal(m.caches!.protects, oracle.inPhase);
        phases.push(oracle.inPhase);
      }
    }
    assert.deepEqual(phases, [true, true, false, false, true, true]);
    assertCounts(m, oracle);
    const { caches } = statistics(m);
    assert.ok(caches!.l2.protected > 100 && caches!.llc.protected > 100);
  });
});

/** The bytes that events say the walker has read are those that went through the caches. */
function assertReads({ scheme }: Machine, events: readonly MachineEvent[], tables: readonly number[]): void {
  const { format } = scheme;
  const reads = events.filter((e) => e.kind === 'tableRead' || e.kind === 'hostRead');
  if (format.hashed !== undefined) {
    assert.equal(reads.length, tables.length);
    return;
  }
  assert.deepEqual(
    reads.map((e) => {
      if (e.kind === 'hostRead') return entryAddressIn(format.host!, e.table, e.index);
      const own = entryAddressIn(format, e.table, e.index);
      // A guest's entry goes through the caches by where the host has it.
      return e.host === undefined ? own : e.host * 4096 + (own % 4096);
    }),
    tables,
  );
  assert.ok(reads.every((e) => e.from !== undefined));
}
