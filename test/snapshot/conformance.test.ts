/**
 * Real Linux page tables, stored from guests under QEMU, against what QEMU's monitor, the guest's kernel and an
 * independent walker said about them.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { infoMem, infoTlb } from '../../src/cli/report/qemu';
import {
  asVpn,
  offsetOfAddress,
  PAGES_OF_LEAF,
  type Pfn,
  physicalOf,
  vpnOfAddress,
} from '../../src/machine/core/addresses';
import { highWord, lowWord } from '../../src/machine/paging/x86/entry';
import { protNoneFrame } from '../../src/snapshot/linux';
import type { Snapshot } from '../../src/snapshot/snapshot';
import { openSnapshot, sha256, snapshotNames, SNAPSHOTS, type Truth, truthOf } from './support';

describe('snapshots of real page tables', () => {
  for (const name of snapshotNames) {
    describe(name, () => {
      let snapshot: Snapshot;
      let truth: Truth;
      before(async () => {
        snapshot = await openSnapshot(name);
        truth = truthOf(name);
      });

      it('print as QEMU prints them, byte for byte, under every root', () => {
        for (const { name: root, root: table } of snapshot.spaces) {
          const { infoTlbSha256, infoMemSha256 } = truth.truth[root];
          assert.equal(sha256(infoTlb(snapshot.inspector, table)), infoTlbSha256, `info tlb of ${root}`);
          if (infoMemSha256 === undefined || table !== snapshot.root) continue;
          assert.equal(sha256(infoMem(snapshot.inspector, table)), infoMemSha256, `info mem of ${root}`);
        }
      });

      it('have as many tables and leaves as an independent walker counted', () => {
        for (const { name: root, root: table } of snapshot.spaces) {
          const { leaves, tablePages } = truth.truth[root];
          const census = snapshot.inspector.census(table);
          const [small, huge, giant] = census.leaves;
          assert.deepEqual({ '4K': small, '2M': huge, '1G': giant, user: census.userLeaves }, leaves);
          const names = ['PT', 'PD', 'PDPT', 'PML4', 'PML5'];
          const tables = census.tables.toReversed().map((count, i) => [names[i], count]);
          assert.deepEqual(Object.fromEntries(tables), tablePages);
        }
      });

      it('walk step by step as the golden walks', () => {
        for (const { root, va, steps, pa, pageSize } of truth.walks) {
          const address = BigInt(va);
          const from = snapshot.rootNamed(root);
          assert.ok(from, root);
          const walk = snapshot.inspector.walk(from.root, vpnOfAddress(address));
          const { length } = snapshot.format.levels;
          const found = walk.steps.map((s) => [
            length - s.level,
            `0x${s.address.toString(16)}`,
            `0x${s.raw.toString(16)}`,
          ]);
          assert.deepEqual(found, steps, `${root} ${va}`);
          const reached = walk.pfn === undefined ? null : physicalOf(walk.pfn, offsetOfAddress(address));
          assert.equal(reached, pa === null ? null : Number(pa), `${root} ${va}`);
          const bytes = walk.pageSize === undefined ? null : 4096 * PAGES_OF_LEAF[walk.pageSize];
          assert.equal(bytes, pageSize, `${root} ${va}`);
        }
      });

      it('agree page by page with what the kernel said about the process', () => {
        if (truth.process === null) return;
        const said = new Map<number, number>();
        for (const { va, pages, pfn, present, swapped } of truth.process.pagemap)
          for (let i = 0; i < pages; i++) {
            const vpn = vpnOfAddress(BigInt(va)) + i;
            if (present) said.set(vpn, Number(pfn) + i);
            else assert.equal(absentFrame(snapshot, vpn), undefined, swapped ? 'swapped out' : 'not there');
          }
        const mapped = new Map<number, number>();
        for (const { vpn, pages, entry, user } of snapshot.inspector.leaves(snapshot.root, { shared: 'once' }))
          if (user && vpn < 2 ** 51) for (let i = 0; i < pages; i++) mapped.set(vpn + i, entry.frame + i);
        let withheld = 0;
        for (const [vpn, pfn] of said) {
          if (mapped.get(vpn) === pfn) continue;
          assert.equal(absentFrame(snapshot, vpn), pfn, `page 0x${vpn.toString(16)}`);
          withheld++;
        }
        // There is no other page: what is mapped and not withheld was said.
        assert.equal(mapped.size + withheld, said.size);
        assert.ok(said.size > 1000 && withheld > 0, 'the process has PROT_NONE pages');
      });
    });
  }

  it('print the very text that the monitor printed', async () => {
    const stored = readFileSync(path.join(SNAPSHOTS, 'l4-pti-parent.current.tlb.txt.gz'));
    const { inspector, root } = await openSnapshot('l4-pti-parent');
    const expected = gunzipSync(stored).toString().split('\n');
    const lines = infoTlb(inspector, root).split('\n');
    lines.forEach((line, i) => assert.equal(line, expected[i]));
    assert.equal(lines.length, expected.length);
  });

  it('show a table that thousands of paths lead to once, and say how many do', async () => {
    const { inspector, root } = await openSnapshot('l4-max-parent');
    const once = [...inspector.leaves(root, { shared: 'once' })];
    assert.ok(once.length < 10_000, `${once.length} rows`);
    const shared = once.filter(({ paths }) => paths > 1);
    assert.deepEqual(
      shared.map(({ paths }) => paths),
      Array.from({ length: 32 }, () => 2048),
    );
    const { leaves } = inspector.census(root);
    assert.equal(
      once.reduce((sum, { paths }) => sum + paths, 0),
      leaves[0] + leaves[1] + leaves[2],
    );
  });

  it('differ in the three tables and the page that a page fault brought', async () => {
    const before = await openSnapshot('l4-max-pf-before');
    const after = await openSnapshot('l4-max-pf-after');
    const { cr2 = 0n } = before.description.pageFault ?? {};
    assert.equal(before.inspector.walk(before.root, vpnOfAddress(cr2)).outcome, 'notPresent');
    const walk = after.inspector.walk(after.root, vpnOfAddress(cr2));
    assert.deepEqual([walk.outcome, walk.write, walk.user], ['mapped', true, true]);
    const tables = ({ inspector, root }: Snapshot): number => inspector.census(root).tables.reduce((a, b) => a + b);
    assert.equal(tables(after) - tables(before), 3);
  });

  it('have NX in the kernel half alone of the pair that page-table isolation keeps', async () => {
    const snapshot = await openSnapshot('l4-pti-parent');
    const [user, kernel] = ['current', 'current-pti-kernel'].map((name) => snapshot.rootNamed(name));
    assert.ok(user && kernel);
    assert.equal(user.root ^ kernel.root, 1);
    const entries = snapshot.inspector.used(user.root, 0).filter((index) => index < 256);
    assert.ok(entries.length > 3);
    for (const index of entries) {
      const entry = ({ root }: { root: Pfn }): bigint => snapshot.inspector.entry(root, 0, index).raw;
      assert.equal(entry(user) >> 63n, 0n);
      assert.equal(entry(user) | (1n << 63n), entry(kernel));
    }
  });
});

/** The frame of a page that is there, but not present in its entry. */
function absentFrame({ inspector, root }: Snapshot, vpn: number): number | undefined {
  const entry = inspector.walk(root, asVpn(vpn)).steps.at(-1);
  if (entry === undefined || entry.present) return undefined;
  const { shift } = inspector.format.levels[entry.level];
  const frame = protNoneFrame(lowWord(entry.raw), highWord(entry.raw));
  return frame === undefined ? undefined : frame + (vpn % 2 ** (shift - 12));
}
