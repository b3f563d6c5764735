/** `ptscope tables` and `ptscope walk` on a snapshot. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { descriptionOf, pageFile, snapshotFile } from '../snapshot/support';
import { isOneMessage, ptscope, temporaryFolder } from './support';

const parent = snapshotFile('l4-max-parent');
const isolated = snapshotFile('l4-pti-parent');
const tall = snapshotFile('l5-max-parent');

interface Tables {
  scheme: string;
  rootName: string;
  kind: string;
  root: string;
  mappings: { start: string; end: string; physical: string; pages: number; pageSize: string; paths: number }[];
}

describe('ptscope tables of a snapshot', () => {
  const folder = temporaryFolder();

  it('lists the mappings, a shared table once', async () => {
    const { code, out } = await ptscope(['tables', parent]);
    assert.equal(code, 0);
    const lines = out.trimEnd().split('\n');
    assert.match(lines[0], /^l4-max-parent current: root table at 0x297a000, /);
    assert.match(lines[2], /^0x40_1000 \.\. 0x49_8000 +151 x 4K {2}r-xu {2}→ 0xf8dd000 +\[P US A\]$/);
    assert.ok(lines.length < 5000);
    assert.equal(lines.filter((line) => /also at 2,047 other places$/.test(line)).length, 32);
  });

  it('takes a root by name or by its CR3, and the snapshot by any of its names', async () => {
    const named = await ptscope(['tables', isolated, '--root', 'current-pti-kernel', '--format', 'json']);
    const { root, rootName, kind } = JSON.parse(named.out) as Tables;
    assert.deepEqual([root, rootName, kind], ['0x2988000', 'current-pti-kernel', 'pti-kernel']);
    const other = isolated.replace('.json', '.bin.gz');
    const numbered = await ptscope(['tables', other, '--root', '0x2988000', '--format', 'json']);
    assert.equal(numbered.out.replace(other, isolated), named.out);
    assert.equal((await ptscope(['tables', isolated.replace('.json', '')])).code, 0);
  });

  it('prints what the monitor printed', async () => {
    const stored = gunzipSync(readFileSync(isolated.replace('.json', '.current.tlb.txt.gz'))).toString();
    const { out } = await ptscope(['tables', isolated, '--root', 'current', '--leaves', '--format', 'qemu']);
    assert.ok(out === stored);
    const mem = await ptscope(['tables', isolated, '--format', 'qemu']);
    assert.match(mem.out, /^0000000000400000-00000000004c0000 00000000000c0000 ur-\n/);
  });

  it('gives JSON and CSV of the same rows', async () => {
    const { mappings, scheme } = JSON.parse((await ptscope(['tables', tall, '--format', 'json'])).out) as Tables;
    assert.equal(scheme, 'radix 5');
    assert.deepEqual([mappings[0].start, mappings[0].pageSize], ['0x400000', '4K']);
    const csv = (await ptscope(['tables', tall, '--format', 'csv'])).out.trimEnd().split('\n');
    assert.equal(csv.length, mappings.length + 1);
  });

  it('refuses what a snapshot has no use for, and roots that it has not', async () => {
    const refusals: [RegExp, ...string[]][] = [
      [/^--at: a snapshot does not run$/, '--at', '3'],
      [/^--scheme: a snapshot does not run$/, '--scheme', 'radix'],
      [/^--set: a snapshot does not run$/, '--set', 'thp=never'],
      [/^--process: a snapshot has root tables; name one with --root$/, '--process', 'p'],
      [/^no root 'x': there is current, init_mm, child$/, '--root', 'x'],
    ];
    for (const [message, ...options] of refusals) {
      const { code, out, err } = await ptscope(['tables', parent, ...options]);
      assert.deepEqual([code, out], [2, '']);
      assert.match(err.trimEnd(), message);
    }
  });

  it('says of tables with too many paths how many lines there would be', async () => {
    const pages = pageFile({ 1: Array.from({ length: 512 }, (_, i): [number, bigint] => [i, 0x1067n]) });
    folder.file('made.bin', pages);
    const file = folder.file('made.json', JSON.stringify(descriptionOf(pages)));
    const { code, err } = await ptscope(['tables', file, '--leaves', '--format', 'qemu']);
    assert.equal(code, 2);
    assert.match(err, /would print 68,719,476,736 lines/);
    assert.equal((await ptscope(['tables', file])).out.split('\n').length, 514);
  });

  it('says in one line what is wrong with a file', async () => {
    const bad = folder.file('bad.json', '{"format": "ptg-fixture-1"');
    const other = folder.file('other.json', '{"format": "x"}');
    for (const file of [bad, other, folder.path('none.json')]) {
      const { code, out, err } = await ptscope(['tables', file]);
      assert.deepEqual([code, out], [4, '']);
      assert.ok(isOneMessage(err) && err.startsWith(file), err);
    }
    const run = await ptscope(['run', parent]);
    assert.equal(run.code, 4);
    assert.match(run.err, /a snapshot of page tables, which cannot be replayed\. It does not run: look at it with/);
  });
});

describe('ptscope walk of a snapshot', () => {
  it('prints the walk of an address, a register or a symbol', async () => {
    const { out } = await ptscope(['walk', parent, '0x401675']);
    assert.equal(out, (await ptscope(['walk', parent, 'rip'])).out);
    assert.match(out, /^0x40_1675 \(\/bin\/ptguest\+0x675\): PGD 0, PUD 0, PMD 2, PTE 1, offset 0x675\n/);
    assert.match(out, /read PTE\[1\] at 0x2a3f008 = 0x000000000f8dd025 \[P US A\]: page frame 0xf8dd \(4K\)\n/);
    assert.match(out, /walk done: frame 0xf8dd, 4 references\n.* is at 0xf8dd675 \(from walk\)\n$/);
    const symbol = await ptscope(['walk', parent, 'asm_exc_page_fault']);
    assert.match(symbol.out, /frame 0xb600 \(2M\)\n/);
  });

  it('walks five levels, under any root, and gives JSON', async () => {
    const { out } = await ptscope(['walk', tall, 'rsp', '--root', 'current', '--format', 'json']);
    const walk = JSON.parse(out) as { references: number; fields: object; physicalAddress: string };
    assert.equal(walk.references, 5);
    assert.deepEqual(Object.keys(walk.fields), ['PGD', 'P4D', 'PUD', 'PMD', 'PTE']);
    assert.equal(walk.physicalAddress, '0x7669ab8');
  });

  it('tells a PROT_NONE page from one that is not there', async () => {
    const withheld = await ptscope(['walk', parent, '0x200000010000']);
    assert.match(withheld.out, /: not present: PROT_NONE, page frame 0xb9cc \(stored inverted\)\n/);
    const nothing = await ptscope(['walk', parent, '0x200000011000']);
    assert.match(nothing.out, /= 0x0{16}: empty\n/);
  });

  it('refuses names that it does not know', async () => {
    const { code, err } = await ptscope(['walk', parent, 'heap9+1']);
    assert.equal(code, 2);
    assert.ok(isOneMessage(err) && /'heap9' is not known here/.test(err));
  });
});
