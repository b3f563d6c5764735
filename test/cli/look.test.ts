import assert from 'node:assert/strict';
import { example, ptscope, temporaryFolder, traceFixture } from './support';

const FIRST = example('01-first-fault.ptscen');

describe('ptscope walk', () => {
  it('prints the walk of an address as a listing, at the end of the run', async () => {
    const { code, out } = await ptscope(['walk', FIRST, 'text+0x10']);
    assert.equal(code, 0);
    const lines = out.trimEnd().split('\n');
    assert.equal(lines[0], '0x40_0010 (text+0x10): PGD 0, PUD 0, PMD 2, PTE 0, offset 0x10');
    assert.deepEqual(
      lines.map((l) => /^ *(read \w+\[\d+\]|walk done|walk from CR3|TLB|PWC|0x40_0010 .* is at)/.exec(l)?.[1]),
      [
        undefined,
        'TLB',
        'PWC',
        'walk from CR3',
        'read PGD[0]',
        'read PUD[0]',
        'read PMD[2]',
        'read PTE[0]',
        'walk done',
        lines.at(-1)?.replace(/ 0x\w+ \(from walk\)$/, ''),
      ],
    );
  });

  it('prints where the walk ends if nothing is mapped', async () => {
    const { code, out } = await ptscope(['walk', FIRST, '0x5555_5540_0000', '--at', '8']);
    assert.equal(code, 0);
    assert.match(
      out,
      /read PGD\[170\] .*: empty\nwalk ends in a fault: 1 reference, 30 cycles\nnothing is mapped: the entry is not present\n$/,
    );
    assert.match((await ptscope(['walk', FIRST, '0x8000_0000_0000_0000'])).out, /#GP: the address is not canonical/);
  });

  it('gives the same as JSON', async () => {
    const { out } = await ptscope(['walk', FIRST, 'text', '--format', 'json']);
    const data = JSON.parse(out) as Record<string, unknown> & { steps: { level: string; meaning: string }[] };
    assert.deepEqual(data.fields, { PGD: 0, PUD: 0, PMD: 2, PTE: 0 });
    assert.deepEqual(
      data.steps.map((s) => s.level),
      ['PGD', 'PUD', 'PMD', 'PTE'],
    );
    assert.deepEqual([data.address, data.outcome, data.references, data.pageBytes], ['0x400000', 'mapped', 4, 4096]);
    assert.deepEqual(data.rights, { write: false, user: true, exec: true });
  });

  it('refuses what is no address, a tick that the run does not have, and a run without a process', async () => {
    const refused = async (words: RegExp, ...args: string[]): Promise<void> => {
      const { code, err } = await ptscope(['walk', FIRST, ...args]);
      assert.equal(code, 2);
      assert.match(err, words);
    };
    await refused(/'heep' is not known here/, 'heep');
    await refused(/an operator or the end/, '1 2');
    await refused(/the run has only \d+ ticks/, 'text', '--at', '100000');
    await refused(/there is no process/, '0x1000', '--at', '0');
  });
});

describe('ptscope tables', () => {
  const folder = temporaryFolder();
  const file = (): string =>
    folder.file(
      't.ptscen',
      [
        'process a',
        'mmap x 64KiB rw anon at 0x10_0000',
        'write x step 4KiB',
        'mmap y 8KiB r anon at 0x20_0000',
        'read y step 4KiB',
        'process b',
        'mmap z 4KiB rwx anon at 0x30_0000',
        'write z',
      ].join('\n'),
    );

  it('prints the mappings of the running process in runs of pages', async () => {
    const { code, out } = await ptscope(['tables', file()]);
    assert.equal(code, 0);
    assert.match(
      out,
      /^b: root table at 0x[0-9a-f]+, 4 KiB mapped\n0x30_0000 \.\. 0x30_1000 +1 x 4K {2}rwxu {2}→ 0x[0-9a-f]+ +\[P RW US A D\]\n$/,
    );
  });

  it('prints those of another process, coalesced or leaf by leaf', async () => {
    const coalesced = (await ptscope(['tables', file(), '--process', 'a'])).out.trimEnd().split('\n');
    assert.ok(coalesced.length < 1 + 18, 'neighbours are joined');
    const { out } = await ptscope(['tables', file(), '--process', 'a', '--leaves', '--format', 'csv']);
    const rows = out
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
    assert.deepEqual(rows[0], ['start', 'end', 'physical', 'pages', 'pageSize', 'rights', 'flags', 'paths']);
    assert.equal(rows.length, 1 + 18);
    assert.deepEqual(
      rows[1].filter((_, i) => i !== 2),
      ['0x100000', '0x101000', '1', '4K', 'rw-u', 'P RW US A D NX', '1'],
    );
    assert.deepEqual(
      rows[18].filter((_, i) => i !== 2),
      ['0x201000', '0x202000', '1', '4K', 'r--u', 'P US A NX', '1'],
    );
  });

  it('gives JSON, at any tick', async () => {
    const { out } = await ptscope(['tables', file(), '--at', '3', '--format', 'json']);
    const { tick, process, mappings } = JSON.parse(out) as {
      tick: number;
      process: string;
      mappings: { start: string }[];
    };
    assert.deepEqual([tick, process, mappings.length, mappings[0].start], [3, 'a', 1, '0x100000']);
  });

  it('takes a trace as well', async () => {
    const { out } = await ptscope([
      'tables',
      traceFixture('hand.lackey'),
      '--set',
      'instructions=off',
      '--leaves',
      '--format',
      'csv',
    ]);
    assert.equal(out.trimEnd().split('\n').length, 1 + 9);
  });

  it('refuses unknown processes and roots', async () => {
    assert.match((await ptscope(['tables', file(), '--process', 'c'])).err, /no process 'c': there is a, b/);
    assert.match((await ptscope(['tables', file(), '--root', 'guest'])).err, /one root table/);
    assert.match((await ptscope(['tables', folder.file('e.ptscen', '')])).err, /no process: there is none/);
  });
});

describe('ptscope trace info', () => {
  it('says what a trace holds', async () => {
    const { code, out } = await ptscope(['trace', 'info', traceFixture('hand.lackey')]);
    assert.equal(code, 0);
    assert.match(out, /Valgrind lackey memory trace\nrecords {3}12 \(reads 7, writes 2, fetches 3\)\n/);
    assert.match(out, /^data {6}9 pages in 2 regions of 2 MiB, 2 of 1 GiB, 1 of 512 GiB$/m);
  });

  it('gives the same as JSON', async () => {
    const { out } = await ptscope(['trace', 'info', traceFixture('python-200k.lackey.gz'), '--format', 'json']);
    const info = JSON.parse(out) as Record<string, Record<string, unknown>>;
    assert.equal(info.compression, 'gzip');
    assert.deepEqual(info.pages.data, { pages4K: 535, regions2M: 8, regions1G: 2, regions512G: 1 });
    assert.equal(info.records.reads, 153560);
  });
});
