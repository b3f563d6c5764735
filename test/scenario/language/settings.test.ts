import assert from 'node:assert/strict';
import { analyse } from '../../../src/scenario/language/analysis';
import type { MachineConfig } from '../../../src/scenario/language/machineConfig';
import { MACHINE_KEYS, defaultOf, machineKeyRow } from '../../../src/scenario/language/machineKeys';
import { readerOf } from '../../../src/scenario/language/settingReaders';
import { defaultConfig, describePwc, describeTlb, PRESETS } from '../../../src/scenario/language/presets';
import { applyOverride } from '../../../src/scenario/language/settings';
import { brief } from './support';

const config = (...lines: string[]): MachineConfig => analyse(`machine {\n${lines.join('\n')}\n}`).config;
const errors = (...lines: string[]): string[] => analyse(`machine {\n${lines.join('\n')}\n}`).diagnostics.map(brief);
const after = (...overrides: string[]): MachineConfig =>
  overrides.reduce((changed, text) => {
    const result = applyOverride(changed, text);
    assert.deepEqual(result.diagnostics, [], text);
    return result.config;
  }, defaultConfig());

describe('the machine block', () => {
  it('without one is a Skylake with four levels and 4 GiB', () => {
    const { config: machine } = analyse('');
    assert.equal(machine.preset, 'skylake');
    assert.deepEqual(machine.scheme, { name: 'radix', args: [] });
    assert.equal(machine.memoryBytes, 2 ** 32);
    assert.equal(describeTlb(machine.tlb.dtlb), '4K 64x4, 2M 32x4, 1G 4xfull');
    assert.equal(describeTlb(machine.tlb.stlb), '4K+2M 1536x12, 1G 16x4');
    assert.equal(describePwc(machine.pwc), '2 4 32');
    assert.deepEqual([machine.thp, machine.zeropage, machine.instructions], ['never', false, true]);
  });

  it('sets every key that this version has', () => {
    const machine = config(
      'preset classroom',
      'scheme radix',
      'memory 64MiB',
      'cpus 1',
      'nodes 1',
      'seed 0x2a',
      'dtlb 4K 16x2 2M 8xfull',
      'itlb 4K+2M 32x8',
      'stlb 64x4',
      'stlb inclusive strict',
      'pwc 1 2x2 8x4',
      'pwc promote all',
      'replacement lru',
      'instructions off',
      'thp never',
      'zeropage off',
      'pcid off',
      'kpti off',
      'cache on',
      'latency dram 180',
      'cost handle_mm_fault 60',
      'cost instruction 0.5',
    );
    assert.deepEqual(machine.tlb, {
      dtlb: [
        { sizes: ['4K'], entries: 16, ways: 2 },
        { sizes: ['2M'], entries: 8, ways: 8 },
        { sizes: ['1G'], entries: 4, ways: 2 },
      ],
      itlb: [
        { sizes: ['4K', '2M'], entries: 32, ways: 8 },
        { sizes: ['1G'], entries: 4, ways: 2 },
      ],
      stlb: [
        { sizes: ['4K', '2M'], entries: 64, ways: 4 },
        { sizes: ['1G'], entries: 16, ways: 4 },
      ],
    });
    assert.deepEqual(machine.pwc, [
      { entries: 1, ways: 1 },
      { entries: 2, ways: 2 },
      { entries: 8, ways: 4 },
    ]);
    assert.deepEqual(
      [machine.memoryBytes, machine.seed, machine.stlbInclusive, machine.pwcPromote, machine.instructions],
      [64 * 2 ** 20, 42, 'strict', 'all', false],
    );
    assert.equal(machine.latency.dram, 180);
    assert.deepEqual(machine.costs, { handle_mm_fault: 60, instruction: 0.5 });
  });

  it('has a walk cache for each level that points to tables, registers apart; the deepest keep what the preset gives them', () => {
    const caches = (...lines: string[]): string => describePwc(config(...lines).pwc);
    assert.deepEqual(
      ['radix', 'radix 5', 'radix 32', 'pae', 'linear 30'].map((scheme) => caches(`scheme ${scheme}`)),
      ['2 4 32', '2 2 4 32', '32', '32', ''],
    );
    assert.equal(caches('scheme radix 5', 'preset classroom'), '1 1 2 4');
    assert.equal(caches('scheme pae', 'pwc 16'), '16');
    assert.equal(describePwc(after('scheme=radix 5').pwc), '2 2 4 32');
    assert.equal(describePwc(after('scheme=pae', 'pwc=64').pwc), '64');
    assert.equal(describePwc(after('scheme=linear 30', 'scheme=radix').pwc), '2 2 2');
    assert.match(
      analyse('machine {\npwc 2 4 32\nscheme radix 5\n}').diagnostics[0].message,
      /^There are 4 walk caches in `radix 5`, for entries of the PGD, P4D, PUD, PMD: so 4 values, root first\./,
    );
    assert.match(
      analyse('machine {\npwc 2 4\nscheme radix 32\n}').diagnostics[0].message,
      /There is 1 walk cache .* so one value/,
    );
  });

  it('has the presets of the facts', () => {
    const shown = Object.entries(PRESETS).map(([name, { tlb, pwc }]) =>
      [name, ...[tlb.dtlb, tlb.itlb, tlb.stlb].map(describeTlb), describePwc(pwc)].join(' | '),
    );
    assert.deepEqual(shown, [
      'skylake | 4K 64x4, 2M 32x4, 1G 4xfull | 4K 128x8, 2M 8xfull | 4K+2M 1536x12, 1G 16x4 | 2 4 32',
      'icelake | 4K 64x4, 2M 32x4, 1G 8xfull | 4K 128x8, 2M 16xfull | 4K+2M 2048x16, 1G 1024x16 | 2 4 32',
      'zen4 | 4K+2M+1G 72xfull | 4K+2M+1G 64xfull | 4K+2M 3072x24 | 2 4 32',
      'emt | 4K+2M+1G 64x4 | 4K+2M+1G 64x8 | 4K+2M 1024x8 | 2 4 32',
      'classroom | 4K+2M+1G 4x2 | 4K+2M+1G 4x2 | 4K+2M+1G 16x4 | 1 2 4',
    ]);
  });

  const LINES: [string, string[]][] = [
    ['dtbl 64x4', ['2:0-4 PTS042']],
    ['frobnicate 3', ['2:0-10 PTS042']],
    ['preset clasroom', ['2:7-15 PTS043']],
    ['preset', ['2:0-6 PTS043']],
    ['memory 4GB', ['2:7-10 PTS043']],
    ['memory 5000000', ['2:7-14 PTS012']],
    ['memory 4KiB', ['2:7-11 PTS034']],
    ['cpus 65', ['2:5-7 PTS034']],
    ['tables reclaim pressure', ['2:0-23 PTS051']],
    ['cpus 0', ['2:5-6 PTS034']],
    ['dtlb 64', ['2:5-7 PTS043']],
    ['dtlb 4K', ['2:5-7 PTS043']],
    ['dtlb 3K 64x4', ['2:5-7 PTS043']],
    ['dtlb 64x5', ['2:5-9 PTS046']],
    ['dtlb 0x0', ['2:5-8 PTS046']],
    ['dtlb 64x', ['2:5-8 PTS043']],
    ['pwc 2 4', ['2:0-7 PTS043']],
    ['pwc 2 4 x', ['2:8-9 PTS043']],
    ['stlb inclusive strct', ['2:15-20 PTS043']],
    ['zeropage maybe', ['2:9-14 PTS043']],
    ['scheme radix 5', []],
    ['scheme linear 48', ['2:0-16 PTS034']],
    ['pwc 1 2 4 32\nscheme radix 5', []],
    ['scheme pae\npwc 2 4 32', ['3:0-10 PTS043']],
    ['scheme radix 32\npwc 8', []],
    ['scheme linear 30\npwc 2 4 32', ['3:0-10 PTS045']],
    ['scheme nested radix over hashed', ['2:14-19 PTS080']],
    ['scheme nested ecpt over radix', ['2:14-18 PTS080']],
    ['scheme nested radix over pae', ['2:14-19 PTS080']],
    ['scheme nested radix over frob', ['2:14-19 PTS080']],
    ['scheme nested nested radix over radix over radix', ['2:14-20 PTS080']],
    ['scheme nested radix', ['2:14-19 PTS043']],
    ['nested tlb 64x4', ['2:0-15 PTS045']],
    ['scheme fpt L4L3+L2L1', []],
    ['scheme fpt L1', ['2:11-13 PTS043']],
    ['scheme radx', ['2:7-11 PTS043']],
    ['cache priority on', []],
    ['cache priority sometimes', ['2:15-24 PTS043']],
    ['cache l1 32KiB x8 4cycles\ncache l2 512KiB x8\nwalker l2', []],
    ['cache l1 32KiB 8', ['2:15-16 PTS043']],
    ['cache l1 32KiB x8 4', ['2:18-19 PTS043']],
    ['cache l1i 32KiB x8 4cycles', ['2:19-26 PTS043']],
    ['cache l1 1000 x2', ['2:9-13 PTS046']],
    ['cache l3 1MiB x8', ['2:6-8 PTS043']],
    ['cache', ['2:0-5 PTS043']],
    ['walker l2', ['2:0-9 PTS045']],
    ['cache on\nwalker llc', ['3:7-10 PTS043']],
    ['cache off\ncache llc 1MiB x16', []],
    ['cache llc 1MiB x16\npreset emt', ['3:0-10 PTS047']],
    ['flush', ['2:0-5 PTS042']],
    ['ecpt ways 3 3 0', ['2:0-15 PTS045']],
    ['fpt free flush-first', ['2:0-20 PTS045']],
    ['cost frobs 3', ['2:5-10 PTS043']],
    ['cost instruction', ['2:5-16 PTS043']],
    ['cache on\nlatency l9 3', ['3:8-10 PTS043']],
    ['latency dram 300', ['2:0-16 PTS045']],
    ['seed 1\nseed 2', ['2:0-6 PTS044']],
    ['dtlb 4K 64x4\ndtlb 2M 32x4', []],
    ['cost instruction 1\ncost table_read 2', []],
    ['dtlb 4K 64x4\npreset zen4', ['3:0-11 PTS047']],
    ['seed 1 2', ['2:7-8 PTS043']],
    ['seed 1 # a note', []],
  ];
  for (const [line, found] of LINES) {
    const what = found.length === 0 ? 'accepts' : 'finds the mistake in';
    it(`${what} \`${line.replace('\n', ' ⏎ ')}\``, () => assert.deepEqual(errors(...line.split('\n')), found));
  }

  it('refuses a second block and one below a statement', () => {
    assert.deepEqual(analyse('machine { }\nmachine { }').diagnostics.map(brief), ['2:0-7 PTS041']);
    assert.deepEqual(analyse('process p\nmachine { }').diagnostics.map(brief), ['2:0-7 PTS040']);
  });

  it('has a default and a syntax for every key', () => {
    for (const row of MACHINE_KEYS) {
      assert.ok(row.syntax.startsWith(row.key), row.key);
      assert.notEqual(defaultOf(row, 'skylake'), '');
    }
  });
});

describe('an override of the command line', () => {
  const CHANGES: [string, (machine: MachineConfig) => unknown, unknown][] = [
    ['dtlb=4K 64x4', ({ tlb }) => describeTlb(tlb.dtlb), '4K 64x4, 2M 32x4, 1G 4xfull'],
    ['dtlb=16x2', ({ tlb }) => describeTlb(tlb.dtlb), '4K 16x2, 2M 32x4, 1G 4xfull'],
    ['stlb=1024x8', ({ tlb }) => describeTlb(tlb.stlb), '4K+2M 1024x8, 1G 16x4'],
    ['stlb=4K 1024x8', ({ tlb }) => describeTlb(tlb.stlb), '4K 1024x8, 2M 1536x12, 1G 16x4'],
    ['pwc=1 2 4', ({ pwc }) => describePwc(pwc), '1 2 4'],
    ['instructions=off', ({ instructions }) => instructions, false],
    ['stlb=inclusive strict', ({ stlbInclusive }) => stlbInclusive, 'strict'],
    ['stlb inclusive=strict', ({ stlbInclusive }) => stlbInclusive, 'strict'],
    ['pwc promote=all', ({ pwcPromote }) => pwcPromote, 'all'],
    ['pwc=promote all', ({ pwcPromote }) => pwcPromote, 'all'],
    ['  memory = 1GiB ', ({ memoryBytes }) => memoryBytes, 2 ** 30],
    ['cost instruction=0.5', ({ costs }) => costs.instruction, 0.5],
  ];
  for (const [text, pick, value] of CHANGES) {
    it(`\`${text}\` changes what it says`, () => assert.deepEqual(pick(after(text)), value));
  }

  it('changes nothing of the config it was given', () => {
    const before = defaultConfig();
    applyOverride(before, 'dtlb=16x2');
    assert.deepEqual(before, defaultConfig());
  });

  it('that cannot be read is a diagnostic with a place in its text, and changes nothing', () => {
    const BAD: [string, string][] = [
      ['', '1:0-0 PTS043'],
      ['=', '1:0-1 PTS043'],
      ['dtlb', '1:0-4 PTS043'],
      ['dtlb=64x5', '1:5-9 PTS046'],
      ['dtbl=64x4', '1:0-4 PTS042'],
      ['tables reclaim=pressure', '1:0-23 PTS051'],
      ['ecpt ways=3 3 0', '1:0-15 PTS045'],
      ['__proto__=1', '1:0-9 PTS042'],
      ['constructor=1', '1:0-11 PTS042'],
    ];
    for (const [text, error] of BAD) {
      const { config: same, diagnostics } = applyOverride(defaultConfig(), text);
      assert.deepEqual(diagnostics.map(brief), [error], text);
      assert.deepEqual(same, defaultConfig());
    }
  });
});

describe('a key of the kernel, once the machine has it', () => {
  /** What the row's reader makes of a value, with everything that the language knows turned on. */
  function read(key: string, text: string): Partial<MachineConfig> | string {
    const row = machineKeyRow(key);
    assert.ok(row !== undefined);
    const on = { ...row, values: [...row.values, ...row.laterValues], laterValues: [], available: undefined };
    const rangeless = { start: { line: 0, column: 0 }, end: { line: 0, column: 0 } };
    const words = text.split(' ').filter(Boolean);
    const before = defaultConfig();
    const result = readerOf(on)(
      words.map((word) => ({ text: word, range: rangeless })),
      before,
    );
    if ('problem' in result) return result.problem;
    const changed = Object.entries(result).filter(([name, value]) => value !== before[name as keyof MachineConfig]);
    return Object.fromEntries(changed);
  }

  const CASES: [string, string, Partial<MachineConfig> | string][] = [
    ['swap', '1GiB', { swapBytes: 2 ** 30 }],
    ['swap', '0', {}],
    ['swap', '5000', 'notPageMultiple'],
    ['thp', 'always', { thp: 'always' }],
    ['thp', 'madvise', { thp: 'madvise' }],
    ['zeropage', 'on', { zeropage: true }],
    ['kpti', 'on', { kpti: true }],
    ['pcid', 'on', { pcid: true }],
    ['nodes', '2', { nodes: 2 }],
    ['cpus', '8', { cpus: 8 }],
    ['cpus', '65', 'outOfRange'],
    ['replacement', 'plru', { replacement: 'plru' }],
    ['replacement', 'random', { replacement: 'random' }],
    ['tables reclaim', 'refcount', { tablesReclaim: 'refcount' }],
    ['tables reclaim', 'often', 'badSetting'],
    ['flush drop', 'munmap', { flushDrop: ['munmap'] }],
    ['flush drop', 'fork cow', { flushDrop: ['fork', 'cow'] }],
    ['flush drop', 'fork fork', 'badSetting'],
    ['flush drop', 'none fork', 'badSetting'],
    ['flush drop', 'frok', 'badSetting'],
    ['emt defaults', 'all', { emtDefaults: 'all' }],
    ['emt defaults', 'tobj_iter_next addr_range_remove', { emtDefaults: ['tobj_iter_next', 'addr_range_remove'] }],
    ['emt defaults', 'handle_mm_fault', 'badSetting'],
    ['emt defaults', '', 'badSetting'],
  ];
  for (const [key, text, wanted] of CASES)
    it(`reads \`${key} ${text}\``, () => assert.deepEqual(read(key, text), wanted));
});
