/** Questions that a course asks about formats (facts/teaching.md), answered by the tables that everything else reads. */
import assert from 'node:assert/strict';
import {
  entriesOf,
  indexOf,
  type PagingFormat,
  pagesPerEntry,
  reachOf,
  tableBytes,
} from '../../../src/machine/paging/format';
import { linear } from '../../../src/machine/paging/linear/format';
import { PAE, RADIX32, RADIX4, RADIX5 } from '../../../src/machine/paging/radix/format';
import { describeSplit, splitAddress } from '../../../src/scenario/language/addressSplit';
import { analyse } from '../../../src/scenario/language/analysis';
import { formatOf } from '../../../src/scenario/language/schemes';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

const ADDRESS = 0x0000_7fff_1234_5678n;
const fields = (address: bigint, format: PagingFormat, leaf?: number): number[] =>
  (splitAddress(address, format, leaf) ?? []).map(({ value }) => value);

/** Tables of a tree that maps these pages with 4 KiB pages, by level, root first. */
function tablesFor(format: PagingFormat, pages: Iterable<number>): number[] {
  const tables = format.levels.map(() => new Set<number>());
  for (const page of pages)
    format.levels.forEach((level, i) => tables[i].add(Math.floor(page / pagesPerEntry(level) / entriesOf(level))));
  return tables.map(({ size }) => size);
}

describe('a course asks of the formats', () => {
  it('which fields an address has, with pages of 4 KiB, 2 MiB and 1 GiB', () => {
    assert.deepEqual(fields(ADDRESS, RADIX4), [255, 508, 145, 325, 0x678]);
    assert.deepEqual(fields(ADDRESS, RADIX4, 2), [255, 508, 145, 0x145678]);
    assert.deepEqual(fields(ADDRESS, RADIX4, 1), [255, 508, 0x12345678]);
    assert.deepEqual(fields(ADDRESS, RADIX5), [0, 255, 508, 145, 325, 0x678]);
  });

  it('which fields an address of 32 bits has', () => {
    assert.deepEqual(fields(0xc012_3456n, RADIX32), [768, 0x123, 0x456]);
    assert.deepEqual(fields(0xc012_3456n, RADIX32, 0), [768, 0x12_3456]);
    assert.deepEqual(fields(0xc012_3456n, PAE), [3, 0, 0x123, 0x456]);
    assert.equal(splitAddress(0x1_0000_0000n, PAE), undefined);
    assert.match(describeSplit(0x1_0000_0000n, RADIX32), /has more than the 32 bits of `radix 32`/);
  });

  it('which addresses there are with five levels', () => {
    assert.deepEqual(fields(0x00ff_ffff_ffff_f000n, RADIX5), [255, 511, 511, 511, 511, 0]);
    assert.equal(fields(0xff11_0000_0000_0000n, RADIX5)[0], 273);
    assert.equal(splitAddress(0x0100_0000_0000_0000n, RADIX5), undefined);
  });

  it('how large a flat table for 48-bit addresses would be: 2^36 entries, 512 GiB', () => {
    assert.equal(entriesOf(linear(48).levels[0]), 2 ** 36);
    assert.equal(tableBytes(linear(48), 0), 512 * GIB);
  });

  it('how large a table of 32-bit paging is, and how far a top-level entry reaches: 4 KiB, 4 MiB', () => {
    assert.deepEqual([tableBytes(RADIX32, 0), tableBytes(RADIX32, 1)], [4 * KIB, 4 * KIB]);
    assert.equal(reachOf(RADIX32.levels[0]), 4 * MIB);
  });

  it('how far an entry of each level reaches: 512 GiB, 1 GiB, 2 MiB, 4 KiB', () => {
    assert.deepEqual(RADIX4.levels.map(reachOf), [512 * GIB, GIB, 2 * MIB, 4 * KIB]);
    assert.equal(reachOf(RADIX5.levels[0]), 256 * 1024 * GIB);
  });

  it('how many references the worst walk needs: 4, 3, 2 for 4 KiB, 2 MiB, 1 GiB; 5 with five levels', () => {
    const depth = (format: PagingFormat, size: number): number =>
      format.levels.findIndex(({ leafSize }) => leafSize === size) + 1;
    assert.deepEqual(
      [0, 1, 2].map((size) => depth(RADIX4, size)),
      [4, 3, 2],
    );
    assert.deepEqual(
      [0, 1, 2].map((size) => depth(RADIX5, size)),
      [5, 4, 3],
    );
    assert.deepEqual([depth(RADIX32, 0), depth(RADIX32, 3), depth(PAE, 0), depth(linear(30), 0)], [2, 1, 3, 1]);
  });

  it('how many tables three touched pages need: 1 + 3 + 3 + 3 = 10, 40 KiB', () => {
    const pages = [0x400000, 0x5555_5555_0000, 0x7fff_ffff_e000].map((address) => Math.floor(address / 4096));
    assert.deepEqual(
      pages.map((page) => indexOf(page, RADIX4.levels[0])),
      [0, 170, 255],
    );
    assert.deepEqual(tablesFor(RADIX4, pages), [1, 3, 3, 3]);
    assert.deepEqual(tablesFor(RADIX5, pages), [1, 1, 3, 3, 3]);
  });

  it('how much memory the tables of fully mapped GiBs take: 2 MiB of PTs for each', () => {
    const oneGib = tablesFor(
      RADIX4,
      Array.from({ length: GIB / 4096 }, (_, i) => i),
    );
    assert.deepEqual(oneGib, [1, 1, 1, 512]);
    assert.equal(oneGib[3] * tableBytes(RADIX4, 3), 2 * MIB);
    // The parts are alike: 64 GiB need 64 times as many.
    assert.equal((64 * GIB * tableBytes(RADIX4, 3)) / reachOf(RADIX4.levels[2]), 128 * MIB);
  });

  it('how many tables are below a full top level: 512 PDPTs, 2 MiB', () => {
    const [top] = RADIX4.levels;
    assert.equal(entriesOf(top), 512);
    assert.equal(entriesOf(top) * tableBytes(RADIX4, 1), 2 * MIB);
  });

  it('how many nodes 8 GiB in 4 KiB pages need: 4096 + 8 + 1 + 1', () => {
    const [pmd, pud, pgd] = [...RADIX4.levels].reverse().slice(1);
    assert.deepEqual(
      [pmd, pud, pgd].map((level) => Math.ceil((8 * GIB) / reachOf(level))),
      [4096, 8, 1],
    );
  });

  it('nothing that cannot be: a flat table larger than the memory is refused with its size', () => {
    const refusals = (...lines: string[]): string[] =>
      analyse(`machine {\n${lines.join('\n')}\n}`).diagnostics.map(({ message }) => message);
    const [refusal] = refusals('scheme linear 48');
    assert.match(
      refusal,
      /^`linear 48` needs one table of 512GiB for each process, in a row: 2\^36 entries of 8 bytes, one for every page of the address space\. This machine has 4GiB of memory\.$/,
    );
    assert.equal(formatOf({ name: 'linear', args: ['48'] })?.addressBits, 48);
    assert.deepEqual(refusals('scheme linear 48', 'memory 1TiB'), [], 'memory may be set below it');
    assert.match(refusals('memory 64MiB', 'scheme linear 35')[0], /one table of 64MiB.*has 64MiB of memory/);
    assert.match(refusals('scheme linear 12')[0], /written `linear BITS`/);
  });
});
