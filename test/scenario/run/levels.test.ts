/** One scenario on trees of four and of five levels: what the level above costs, and nothing else changes. */
import assert from 'node:assert/strict';
import { DEFAULT_COSTS } from '../../../src/machine/core/costs';
import { DEFAULT_SOFTWARE_COSTS } from '../../../src/machine/core/functions';
import { statistics, type Statistics } from '../../../src/machine/statistics';
import { loadText } from './support';

async function countersOf(scheme: string, ...lines: string[]): Promise<Statistics> {
  const machine = ['machine {', '  preset classroom', '  memory 64MiB', '}'];
  const { run } = await loadText([...machine, ...lines].join('\n'), { scheme });
  run.fast(100_000, null);
  assert.deepEqual([run.end?.kind, run.failed], ['finished', []]);
  return statistics(run.machine);
}

const both = async (...lines: string[]): Promise<[Statistics, Statistics]> => [
  await countersOf('radix', ...lines),
  await countersOf('radix:5', ...lines),
];

describe('five levels against four', () => {
  it('need one table more, and the fault that makes it costs its entry and its look-ups', async () => {
    const [four, five] = await both('process p', 'mmap a 4KiB rw anon', 'write a');
    assert.deepEqual([four.tables.count, five.tables.count], [4, 5]);
    const reads = five.kernel.tableReads - four.kernel.tableReads;
    const writes = five.kernel.tableWrites - four.kernel.tableWrites;
    assert.ok(reads >= 1 && writes === 1, `${reads} reads and ${writes} writes more`);
    assert.equal(
      five.kernel.byClass.pageFault - four.kernel.byClass.pageFault,
      reads * DEFAULT_SOFTWARE_COSTS.entry_read + writes * DEFAULT_SOFTWARE_COSTS.entry_write,
    );
    const calls = ({ kernel }: Statistics): [string, number][] =>
      Object.entries(kernel.byFunction).map(([name, f]) => [name, f.calls]);
    assert.deepEqual(calls(four), calls(five), 'the same functions are called');
  });

  it('read one entry more in each walk that no walk cache helps', async () => {
    const sweep = ['repeat 20 {', '  flush tlb', '  read a', '}'];
    const [four, five] = await both('process p', 'mmap a 4KiB rw anon populate', ...sweep);
    assert.deepEqual([four.walks.count, five.walks.count], [20, 20]);
    assert.deepEqual([four.walks.references, five.walks.references], [80, 100]);
    assert.equal(five.walks.cycles - four.walks.cycles, 20 * DEFAULT_COSTS.table_read);
  });

  it('read nothing more where the deepest walk cache knows the table', async () => {
    const [four, five] = await both(
      'process p',
      'mmap a 256KiB rw anon populate',
      'flush tlb',
      'repeat 4 {',
      '  read a step 4KiB',
      '}',
    );
    assert.equal(four.walks.count, five.walks.count);
    assert.equal(five.walks.references - four.walks.references, 1, 'the first walk alone');
    assert.deepEqual(five.tlb, four.tlb);
    assert.deepEqual(five.faults, four.faults);
  });
});
