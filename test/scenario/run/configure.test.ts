import assert from 'node:assert/strict';
import { analyse } from '../../../src/scenario/language/analysis';
import { impossibleBlock } from '../../../src/scenario/run/configure';
import { type LoadError } from '../../../src/scenario/run/load';
import { loadText } from './support';

const blame = (...lines: string[]): string | undefined => {
  const found = impossibleBlock(analyse(`machine {\n${lines.join('\n')}\n}`).file.machine);
  return found && `${found.code} line ${found.range.start.line}: ${found.message}`;
};

describe('a machine that cannot be built', () => {
  it('is reported at the setting that makes it impossible', () => {
    assert.match(blame('replacement plru') ?? '', /^PTS048 line 1: .* in stlb: .* 12 ways are no power of two\.$/);
    assert.match(
      blame('preset classroom', 'replacement plru', 'dtlb 6x6') ?? '',
      /^PTS048 line 3: .* in dtlb: .* 6 ways/,
    );
    assert.match(
      blame('preset classroom', 'replacement plru', 'pwc 1 2 3') ?? '',
      /^PTS048 line 3: .* in pwc: .* 3 ways/,
    );
    assert.match(blame('nodes 8', 'memory 16MiB') ?? '', /^PTS048 line 2: A memory node needs at least 4 MiB/);
  });

  it('is none if a later setting makes it possible', () => {
    assert.equal(blame('replacement plru', 'stlb 1536x8'), undefined);
    assert.equal(blame('memory 16MiB', 'nodes 4'), undefined);
    assert.equal(blame('kpti on', 'pcid on', 'cpus 64', 'replacement random'), undefined);
    assert.equal(impossibleBlock(undefined), undefined);
  });

  it('is not loaded, and its diagnostic goes with the error', async () => {
    const text = 'machine {\n  nodes 8\n  memory 16MiB\n}\nprocess p\n';
    await assert.rejects(loadText(text), (error: LoadError) => {
      assert.deepEqual([error.kind, error.diagnostics.map((d) => d.code)], ['invalid', ['PTS048']]);
      assert.match(error.message, /^test\.ptscen:3:3: PTS048: A memory node needs/);
      return true;
    });
    await assert.rejects(
      loadText('process p\n', { overrides: ['nodes=8', 'memory=16MiB'] }),
      /nodes=8, memory=16MiB: A mem/,
    );
  });
});

describe('what a scenario can choose about the kernel', () => {
  it('is the same from a machine block and from outside', async () => {
    for (const [setting, expectation] of [
      ['thp always', 'fault == thp'],
      ['zeropage on', 'mm.rss == 0'],
      ['swap 1MiB', 'stats.swap.size == 256'],
      ['nodes 2', 'pte(a).pfn < stats.memory.frames / 2'],
      ['cpus 2', 'access.cpu == 0'],
      ['pcid on', 'cr3 & 0xfff != 0'],
      ['kpti on', 'stats.kpti.switches > 0'],
      ['replacement random', 'fault == minor'],
      ['emt defaults all', 'stats.kernel.byFunction.tobj_iter_next.calls >= 0'],
      ['flush drop munmap mprotect', 'stats.flushes.dropped == 0'],
      ['cost exc_page_fault 7', 'stats.kernel.byFunction.exc_page_fault.instructions == 7'],
    ]) {
      const body = `process p\nmmap a 4MiB rw anon at 0x4000_0000\nread a\nexpect ${expectation}\n`;
      const inside = await loadText(`machine {\n  ${setting}\n}\n${body}`);
      const outside = await loadText(body, { overrides: [setting] });
      for (const { run } of [inside, outside]) {
        run.fast(1000, null);
        assert.deepEqual([run.end, run.failed], [{ kind: 'finished' }, []], setting);
      }
      assert.equal(inside.run.stateHash(), outside.run.stateHash(), setting);
    }
  });
});
