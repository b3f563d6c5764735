import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { ComparedRow } from '../../src/machine/measures';
import type { RunReport } from '../../src/cli/report/runReport';
import { ptscope, runJson, temporaryFolder, traceFixture } from './support';

interface Comparison {
  program: string;
  runs: { scheme: string; report?: RunReport; refused?: string }[];
  rows: ComparedRow[];
}

describe('ptscope compare', () => {
  const folder = temporaryFolder();
  const scenario = (...lines: string[]): string => folder.file('a.ptscen', lines.join('\n') + '\n');
  const compareJson = async (...args: string[]): Promise<Comparison> => {
    const { out, err } = await ptscope(['compare', ...args, '--format', 'json']);
    if (out === '') throw new Error(err);
    return JSON.parse(out) as Comparison;
  };

  it('has the numbers of each scheme side by side, as `run` has them one by one', async () => {
    const file = scenario('process p', 'mmap heap 4MiB rw anon', 'write heap step 4KiB', 'read heap step 4KiB');
    const { runs, rows } = await compareJson(file, '--schemes', 'radix,fpt:L3L2,ecpt');
    assert.deepEqual(
      runs.map(({ scheme }) => scheme),
      ['radix', 'fpt L3L2', 'ecpt'],
    );
    for (const { scheme, report } of runs) {
      const alone = await runJson(file, '--scheme', scheme);
      assert.deepEqual({ ...report, seconds: 0 }, { ...alone, seconds: 0 });
    }
    const row = (id: string): ComparedRow | undefined => rows.find((r) => r.id === id);
    assert.deepEqual(row('accesses.total'), {
      ...{ id: 'accesses.total', group: 'program', title: 'accesses', unit: 'count' },
      ...{ values: [2048, 2048, 2048], differs: false, disagrees: false },
    });
    assert.deepEqual(
      row('tables.bytes')?.values,
      runs.map(({ report }) => report?.tables.bytes),
    );
    assert.equal(row('tables.bytes')?.differs, true);
    assert.equal(row('tables.bytes')?.disagrees, false);
    // What ECPT alone counts, the others have not.
    assert.deepEqual(row('ecpt.kicks')?.values.slice(0, 2) ?? [null, null], [null, null]);
  });

  it('prints a table in which what differs has a mark, and a ratio to the first scheme', async () => {
    const file = scenario('process p', 'mmap heap 1MiB rw anon', 'write heap', 'expect fault == minor');
    const { code, out, err } = await ptscope(['compare', file, '--schemes', 'radix,fpt:L4L3+L2L1']);
    assert.equal(code, 0, err);
    for (const line of [
      /^ +radix +fpt L4L3\+L2L1$/m,
      /^page faults$/m,
      /^ {4}minor +1 +1$/m,
      /^≠ {3}memory references +4 +2 ×0\.50$/m,
      /^≠ {3}bytes of tables +16 KiB +4 MiB ×256$/m,
      /^ {4}how it ended +finished +finished$/m,
      /^ {4}expects that failed +0 of 1 +0 of 1$/m,
    ])
      assert.match(out, line);
  });

  it('goes on where an expect asks for what another scheme has not got, and ends with 1', async () => {
    const file = scenario(
      'process p',
      'mmap heap 1MiB rw anon',
      'write heap',
      'expect pmd(heap).present',
      'print "{pmd(heap).present}"',
      'write heap step 4KiB',
    );
    const { code, out } = await ptscope(['compare', file, '--schemes', 'radix,ecpt']);
    assert.equal(code, 1);
    assert.match(out, /^ {4}accesses +257 +257$/m);
    assert.match(out, /^≠ {3}expects that failed +0 of 1 +1 of 1$/m);
    assert.match(out, /^ecpt: .*a\.ptscen:4: failed: expect pmd\(heap\)\.present: there is nothing here/m);
  });

  it('gives the reason of a scheme that cannot run the scenario, and the numbers of the others', async () => {
    const file = scenario('machine {', '  pcid on', '}', 'process p', 'mmap heap 1MiB rw anon', 'write heap');
    const { code, out, err } = await ptscope(['compare', file, '--schemes', 'radix,ecpt']);
    assert.equal(code, 0, err);
    assert.match(out, /^ +radix$/m);
    assert.match(out, /^ecpt cannot run .*a\.ptscen: .*pcid/im);
    const { runs } = await compareJson(file, '--schemes', 'ecpt,radix');
    assert.match(runs[0].refused ?? '', /PCID/i);
    assert.equal(runs[0].report, undefined);
    assert.equal(runs[1].report?.faults.total, 1);
  });

  it('ends with 2 where no scheme can run it, and where a setting is wrong', async () => {
    const file = scenario('machine {', '  pcid on', '}', 'process p', 'read 0x1000');
    const none = await ptscope(['compare', file, '--schemes', 'ecpt']);
    assert.equal(none.code, 2);
    assert.match(none.err, /none of these schemes can run it: ecpt: .*PCID/i);
    const setting = await ptscope(['compare', file, '--schemes', 'radix', '--set', 'frob=1']);
    assert.equal(setting.code, 2);
    assert.match(setting.err, /frob=1: `frob` is not a machine key/);
  });

  it('ends with 3 at a fatal fault that nobody expected, and says in which scheme', async () => {
    const { code, out } = await ptscope(['compare', scenario('process p', 'read 0x5000'), '--schemes', 'radix,ecpt']);
    assert.equal(code, 3);
    assert.match(out, /how it ended +SIGSEGV in line 2 +SIGSEGV in line 2/);
    assert.match(out, /^ecpt: .*a\.ptscen:2: SIGSEGV at 0x5000/m);
  });

  it('replays a trace on each, with a limit, settings and a file for the result', async () => {
    const file = traceFixture('python-200k.lackey.gz');
    const output = folder.path('out.json');
    const stacks = folder.path('stacks');
    const args = ['--limit', '5000', '--set', 'instructions=off', '--output', output, '--stacks', stacks];
    const { code, out, err } = await ptscope(['compare', file, '--schemes', 'radix,ecpt', '--format', 'json', ...args]);
    assert.equal(code, 0, err);
    assert.equal(out, '');
    const { runs, rows } = JSON.parse(readFileSync(output, 'utf8')) as Comparison;
    assert.ok(runs.every(({ report }) => report?.machine.instructions === 'off'));
    assert.equal(rows.find((r) => r.id === 'accesses.total')?.differs, false);
    assert.match(readFileSync(stacks, 'utf8'), /^radix;page_fault;[\s\S]*^ecpt;page_fault;/m);
  });

  it('compares the usual schemes where none are named, the one of --scheme first', async () => {
    const file = scenario('process p', 'mmap heap 1MiB rw anon', 'write heap');
    const names = async (...args: string[]): Promise<string[]> =>
      (await compareJson(file, ...args)).runs.map(({ scheme }) => scheme);
    assert.deepEqual(await names(), ['radix', 'fpt L3L2', 'fpt L4L3+L2L1', 'ecpt']);
    assert.deepEqual(await names('--scheme', 'radix:5', '--schemes', 'radix,radix:5'), ['radix 5', 'radix']);
    assert.deepEqual(await names('--schemes', 'nested:radix/radix,ecpt'), ['nested radix over radix', 'ecpt']);
  });
});
