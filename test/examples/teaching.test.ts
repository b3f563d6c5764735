/** Questions that a course asks (facts/teaching.md), answered by scenarios: those that a 4-level radix tree answers. */
import { holds } from '../scenario/run/support';

const MACHINE = ['machine {', '  preset classroom', '  memory 256MiB', '}', 'process student'];

describe('a course asks', () => {
  it('which fields 0x0000_7fff_1234_5678 has: PML4 255, PDPT 508, PD 145, PT 325, offset 0x678', async () => {
    await holds(
      ...MACHINE,
      'let address = 0x0000_7fff_1234_5678',
      'mmap page 4KiB rw anon at 0x7fff_1234_5000',
      'write address',
      'expect pgd(address).address == cr3 + 8 * 255',
      'expect pud(address).address == (pgd(address).pfn << 12) + 8 * 508',
      'expect pmd(address).address == (pud(address).pfn << 12) + 8 * 145',
      'expect pte(address).address == (pmd(address).pfn << 12) + 8 * 325',
      'expect address >> 39 == 255 && (address >> 30) % 512 == 508 && (address >> 21) % 512 == 145 && (address >> 12) % 512 == 325',
      'expect address % 4096 == 0x678',
    );
  });

  it('the same as a 2 MiB page: the last 21 bits are the offset, 0x145678', async () => {
    await holds(...MACHINE, 'let address = 0x0000_7fff_1234_5678', 'expect tick > 0 && address % 2MiB == 0x145678');
  });

  it('how large a flat table for 48-bit addresses would be: 2^36 entries, 512 GiB', async () => {
    await holds(
      ...MACHINE,
      'let entries = (1 << 48) / 4KiB',
      'expect tick > 0 && entries == 1 << 36 && entries * 8 == 512GiB',
    );
  });

  it('how far an entry of each level reaches: 512 GiB, 1 GiB, 2 MiB, 4 KiB', async () => {
    for (const [level, reach] of [
      ['pgd', '512GiB'],
      ['pud', '1GiB'],
      ['pmd', '2MiB'],
      ['pte', '4KiB'],
    ])
      await holds(
        ...MACHINE,
        'mmap low 4KiB rw anon at 0x10_0000_0000 - 4KiB',
        'write low',
        `let first = low / ${reach} * ${reach}`,
        `expect ${level}(first).address == ${level}(first + ${reach} - 1).address || ${level}(first + ${reach} - 1) == none`,
        `expect ${level}(low).address == ${level}(first).address`,
        `expect ${level}(first + ${reach}) == none || ${level}(first + ${reach}).address != ${level}(first).address`,
      );
  });

  it('how many references the worst walk takes: 4 for a 4 KiB page', async () => {
    await holds(
      ...MACHINE,
      'mmap a 4KiB rw anon',
      'write a',
      'expect walk(a).refs == 4',
      'expect stats.walks.longest == 4',
    );
  });

  /** A huge page can be made by hand: a leaf bit in an upper entry, as the hardware reads it. */
  it('how many references the worst walk takes: 3 for a 2 MiB page, 2 for a 1 GiB page', async () => {
    const leaf = 'P, RW, US, A, D and PS: 0xe7';
    await holds(
      ...MACHINE,
      'mmap a 2MiB rw anon at 0x4000_0000',
      'write a',
      `set pmd(a).raw = 0x20_0000 + 0xe7  # ${leaf}`,
      'flush tlb',
      'read a + 0x12_3456',
      'expect access.walk.refs == 3',
      'expect access.pa == 0x32_3456',
      'set pud(a).raw = 0xe7',
      'flush tlb',
      'read a + 0x12_3456',
      'expect access.walk.refs == 2',
      'expect access.pa == 0x12_3456',
    );
  });

  it('how many tables three far pages need: 10 tables, 40 KiB', async () => {
    await holds(
      ...MACHINE,
      'mmap code 4KiB rx anon at 0x40_0000',
      'mmap heap 4KiB rw anon at 0x5555_5555_0000',
      'mmap stack_ 4KiB rw anon at 0x7fff_ffff_e000',
      'exec code',
      'write heap',
      'write stack_',
      'expect stats.tables.count == 10 && stats.tables.bytes == 40KiB',
      'expect stats.tables.byLevel.PGD == 1 && stats.tables.byLevel.PUD == 3 && stats.tables.byLevel.PMD == 3 && stats.tables.byLevel.PTE == 3',
    );
  });

  it('how much page table X GiB of 4 KiB pages need: 2X MiB of last-level tables', async () => {
    // A quarter of a GiB: 128 tables, half a MiB. And the 64 GiB of the question by the same rule, 128 MiB.
    await holds(
      ...MACHINE.map((line) => line.replace('256MiB', '1GiB')),
      'mmap big 256MiB rw anon at 0x4000_0000',
      'write big step 4KiB',
      'expect stats.tables.byLevel.PTE * 4KiB == 2MiB / 4',
      'expect stats.tables.byLevel.PTE * 256 * 4KiB == 128MiB',
      'expect stats.tables.count == 128 + 3',
    );
  });

  it('how many tables there are below a root of which each entry is valid: 512 PDPTs, 2 MiB', async () => {
    // User space has half of the root: 256 tables. The question counts both halves.
    await holds(
      ...MACHINE,
      'for slot in 0 .. 256 step 1 {',
      '  mmap page 4KiB rw anon at slot * 512GiB + 1MiB',
      '  write page',
      '  expect fault == minor',
      '}',
      'expect stats.tables.byLevel.PUD == 256 && 2 * stats.tables.byLevel.PUD * 4KiB == 2MiB',
    );
  });

  it('how many radix nodes 8 GiB need: 4096 + 8 + 1 + 1', async () => {
    // One page of each 2 MiB region makes the same tables as all of them.
    await holds(
      ...MACHINE,
      'mmap big 8GiB rw anon at 0x40_0000_0000',
      'write big step 2MiB',
      'expect stats.tables.byLevel.PTE == 4096 && stats.tables.byLevel.PMD == 8 && stats.tables.byLevel.PUD == 1 && stats.tables.byLevel.PGD == 1',
      'expect stats.tables.count == 4106',
    );
  });
});
