/** What the checker promises of names (language/names.ts, kinds.ts) must be there when a scenario runs. */
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { ENUMERATIONS, type Kind, kindRow } from '../../../src/scenario/language/kinds';
import { NAMES } from '../../../src/scenario/language/names';
import { parseExpression } from '../../../src/scenario/language/parser';
import { evaluate } from '../../../src/scenario/run/evaluate';
import type { Run } from '../../../src/scenario/run/run';
import type { Value } from '../../../src/scenario/run/values';
import { finish, holds } from './support';

const valueOf = (run: Run, text: string): Value => evaluate(parseExpression(text).expression, run.environment);

const isSymbol = (value: Value): boolean => typeof value === 'object' && value.type === 'symbol';
const isNumber = (value: Value): boolean =>
  typeof value === 'bigint' || (typeof value === 'object' && value.type === 'object' && value.number !== undefined);

const PLAIN: Record<Kind, (value: Value) => boolean> = {
  number: isNumber,
  'number?': (v) => isNumber(v) || isSymbol(v),
  boolean: (v) => typeof v === 'boolean',
  string: (v) => typeof v === 'string',
  'string?': (v) => typeof v === 'string' || isSymbol(v),
  unknown: () => true,
  none: isSymbol,
  ...Object.fromEntries(Object.keys(ENUMERATIONS).map((kind) => [kind, isSymbol])),
};

/** Counters of schemes and features that radix does not have. */
const ABSENT = /^(stats\.nested|ept\()/;
/** The same in a guest, too. */
const ABSENT_EVERYWHERE = /^stats\.(ecpt|tables\.(flattened|fallbacks)|walkCaches\.PTE)/;
/** Values of things that later versions have. */
const LATER = new Set(['iter']);
/** What only cuckoo tables have is looked at on them. */
const OF_ECPT = /^ecpt/;

describe('names in expressions', () => {
  const checkMembers = (run: Run, text: string, kind: Kind, absent?: RegExp): void => {
    const value = valueOf(run, text);
    if (kind in PLAIN) assert.ok(PLAIN[kind](value), `${text} is to be ${kind}, but is ${inspect(value)}`);
    for (const member of kindRow(kind)?.members ?? []) {
      if (member.isFunction === true) continue;
      const path = `${text}.${member.name}`;
      if (absent?.test(path) !== true && !ABSENT_EVERYWHERE.test(path)) checkMembers(run, path, member.kind, absent);
    }
  };

  for (const [scheme, cache, absent] of [
    ['radix 5', 'on', ABSENT],
    ['nested radix 5 over radix', 'off', /^stats\.(caches|walks\.latency)/],
  ] as const)
    describe(`with ${scheme}`, () => {
      let run: Run;

      before(async () => {
        // Five levels, so that there is every one, and data caches. The last access has a fault and a walk, and its page is mapped, cached and
        // covered by an area.
        const machine = ['machine {', `  scheme ${scheme}`, `  cache ${cache}`, '}'];
        ({ run } = await finish(...machine, 'process p', 'mmap heap 64KiB rw anon', 'read heap', 'write heap + 4KiB'));
      });

      for (const { name, kind, parameters, supported } of NAMES) {
        if (!supported || LATER.has(name) || OF_ECPT.test(name)) continue;
        const [parameter] = parameters ?? [];
        const text =
          parameter === undefined ? name : `${name}(${parameter.kind === 'physical' ? 'cr3' : 'heap + 4KiB'})`;
        it(`${text} has what the checker says it has`, () => checkMembers(run, text, kind, absent));
      }
    });

  it('of a host are nothing where there is none', async () => {
    await holds(
      'process p',
      'mmap heap 64KiB rw anon',
      'write heap',
      'expect ept(cr3) == none',
      'expect walk(heap).gpa == none',
    );
  });

  it('of cuckoo tables have what the checker says they have, and are none elsewhere', async () => {
    const machine = ['machine {', '  scheme ecpt', '}'];
    const { run: other } = await finish(...machine, 'process p', 'mmap heap 64KiB rw anon', 'write heap');
    checkMembers(other, 'ecpt', 'ecpt');
    for (const way of ['ecpt.way(4KiB, 0)', 'ecpt.way(4KiB, 2)', 'ecpt.kernelWay(2MiB, 1)'])
      checkMembers(other, way, 'ecptWay');
    for (const text of ['ecpt.way(4KiB, 3)', 'ecpt.way(2MiB, 0)', 'ecpt.kernelWay(1GiB, 0)'])
      assert.ok(isSymbol(valueOf(other, text)), text);
    assert.throws(() => valueOf(other, 'ecpt.way(8KiB, 0)'), /pages of cuckoo tables are of 4KiB/);
    const { run: radix } = await finish('process p', 'mmap heap 64KiB rw anon', 'write heap');
    assert.ok(isSymbol(valueOf(radix, 'ecpt')) && isSymbol(valueOf(radix, 'ecpt.way(4KiB, 0)')));
  });

  it('of levels that the scheme does not have are nothing, and their counters 0', async () => {
    const absent = { radix: ['P4D'], 'radix 32': ['P4D', 'PUD', 'PMD'], 'linear 32': ['PGD', 'P4D', 'PUD', 'PMD'] };
    for (const [scheme, levels] of Object.entries(absent))
      await holds(
        'machine {',
        `  scheme ${scheme}`,
        '}',
        'process p',
        'mmap heap 64KiB rw anon',
        'write heap',
        ...levels.flatMap((level) => [
          `expect ${level.toLowerCase()}(heap) == none && walk(heap).levels.${level} == none`,
          `expect stats.tables.byLevel.${level} == 0 && stats.walkCaches.${level}.misses == 0`,
        ]),
        'expect pte(heap).present && stats.tables.byLevel.PTE == 1',
      );
  });

  it('say of an address that no TLB knows all that they say of one that hits', async () => {
    await holds(
      'process p',
      'mmap heap 64KiB rw anon',
      'expect !tlb(heap).hit && !tlb(heap).dirty && tlb(heap).pfn == none && tlb(heap).size == none',
      'write heap',
      'expect tlb(heap).hit && tlb(heap).dirty && tlb(heap).pfn == pte(heap).pfn',
    );
  });

  it('compare results of walks, and which TLB knows a page, by name', async () => {
    await holds(
      'machine {',
      '  preset classroom',
      '}',
      'process p',
      'mmap heap 64KiB rw anon',
      'expect walk(heap).result == notPresent && tlb(heap).level == none',
      'write heap',
      'expect walk(heap).result == mapped && tlb(heap).level == "L1D"',
      'write heap step 4KiB',
      'expect tlb(heap).level == "STLB"',
    );
  });

  it('give 0 for a function of the kernel that was never called', async () => {
    await holds(
      'process p',
      'expect stats.kernel.byFunction.do_wp_page.calls == 0',
      'expect stats.kernel.byFunction.mm_alloc.calls == 1',
    );
  });

  it('count the page tables of the running process alone', async () => {
    await holds(
      'process a',
      'mmap x 4KiB rw anon',
      'write x',
      'expect mm.tables == 4',
      'process b',
      'expect mm.tables == 1',
      'expect stats.tables.count == 5',
      'switch a',
      'expect mm.tables == 4',
    );
  });
});
