import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { analyse } from '../../src/scenario/language/analysis';
import { format } from '../../src/scenario/language/formatter';
import { example, ptscope, ROOT, runJson } from '../cli/support';

const FOLDER = path.join(ROOT, 'examples');
const SCENARIOS = readdirSync(FOLDER).filter((name) => name.endsWith('.ptscen'));

describe('examples', () => {
  it('are numbered in the order in which a newcomer opens them', () => {
    assert.deepEqual(SCENARIOS, [
      '01-first-fault.ptscen',
      '02-walk-and-tlb.ptscen',
      '03-real-program.ptscen',
      '04-fork-cow.ptscen',
      '05-thp-life.ptscen',
      '06-swap.ptscen',
      '07-stale-tlb.ptscen',
      '08-iterator-default-vs-driver.ptscen',
      '09-levels.ptscen',
      '20-fpt-three-modes.ptscen',
      '21-fpt-fallback-mixed.ptscen',
      '22-fpt-free-and-flush.ptscen',
      '23-fpt-sparse-cost.ptscen',
      '24-prioritised-lines.ptscen',
      '30-ecpt-first-walk.ptscen',
      '31-ecpt-kick-chain.ptscen',
      '32-ecpt-resize.ptscen',
      '33-ecpt-iterator.ptscen',
      '34-ecpt-self-reference.ptscen',
      '40-nested-walk.ptscen',
      '41-ept-violation.ptscen',
    ]);
  });

  for (const name of SCENARIOS) {
    describe(name, () => {
      const text = readFileSync(example(name), 'utf8');

      it('starts with a comment that says what to look at and which keys to press', () => {
        const comment = /^(#.*\n)+/.exec(text)?.[0] ?? '';
        assert.ok(comment.split('\n').length > 6);
        assert.match(comment, /F5/);
        assert.match(comment, /Breakpoints|Walk view/);
      });

      it('has no diagnostics and is laid out as the formatter does it', () => {
        assert.deepEqual(analyse(text).diagnostics, []);
        assert.equal(format(text), text);
      });

      it('keeps its lines short enough to be read beside a walk', () => {
        const long = text.split('\n').filter((line) => line.length > 130);
        assert.deepEqual(long, []);
      });

      it('runs to its end, and all that it expects holds', async () => {
        const { expects, end } = await runJson(example(name));
        assert.deepEqual([expects.failed, end], [[], { kind: 'finished' }]);
        assert.ok(expects.passed >= 6);
      });
    });
  }

  it('01 has enough behind it at the first fault to step back into', async () => {
    const { out } = await ptscope(['run', example('01-first-fault.ptscen'), '--first-fault', '--format', 'json']);
    const { fault } = JSON.parse(out) as { fault: { tick: number } };
    assert.ok(fault.tick >= 10, `tick ${fault.tick}`);
  });

  it('07 ends at a fault once the flushes are not left out any more', async () => {
    const { code, out } = await ptscope(['run', example('07-stale-tlb.ptscen'), '--set', 'flush drop=none']);
    assert.equal(code, 3);
    assert.match(out, /07-stale-tlb\.ptscen:\d+: SIGSEGV at .*\(text\+0x0\)/);
  });

  it('08 shows that the driver reads at least a hundred times fewer entries', async () => {
    const { prints } = await runJson(example('08-iterator-default-vs-driver.ptscen'));
    const reads = prints.flatMap(({ text }) => /: +(\d+) table reads,/.exec(text)?.[1] ?? []).map(Number);
    assert.equal(reads.length, 2);
    assert.ok(reads[0] > 100 * reads[1], reads.join(' against '));
  });

  it('09 holds whatever the tables look like', async () => {
    const seen: [string, number, number, number][] = [];
    for (const scheme of ['radix', 'radix:5', 'radix:32', 'pae', 'linear:32']) {
      const { expects, walks, tables } = await runJson(example('09-levels.ptscen'), '--scheme', scheme);
      assert.deepEqual(expects.failed, [], scheme);
      seen.push([scheme, walks.longest, tables.count, tables.bytes / 1024]);
    }
    assert.deepEqual(seen, [
      ['radix', 4, 4, 16],
      ['radix:5', 5, 5, 20],
      ['radix:32', 2, 2, 8],
      ['pae', 2, 3, 12],
      ['linear:32', 1, 1, 8192],
    ]);
  });

  it('20 holds in every mode, and without flattened tables', async () => {
    const seen: [string, number, number][] = [];
    for (const scheme of ['fpt:L4L3', 'fpt:L3L2', 'fpt:L4L3+L2L1', 'radix']) {
      const { expects, walks, tables } = await runJson(example('20-fpt-three-modes.ptscen'), '--scheme', scheme);
      assert.deepEqual(expects.failed, [], scheme);
      seen.push([scheme, walks.longest, tables.flattened]);
    }
    assert.deepEqual(seen, [
      ['fpt:L4L3', 3, 1],
      ['fpt:L3L2', 3, 1],
      ['fpt:L4L3+L2L1', 2, 2],
      ['radix', 4, 0],
    ]);
  });

  it('22 finds nothing stale once the flush comes first', async () => {
    const { expects } = await runJson(example('22-fpt-free-and-flush.ptscen'), '--set', 'fpt free=flush-first');
    assert.deepEqual(
      expects.failed.map(({ text }) => text),
      ['expect pwc(0x4000_0000).hit', 'expect fault == none', 'expect access.pa == tobj(other+20KiB).pa'],
    );
  });

  it('03 replays a real trace that is small enough to ship', () => {
    const trace = path.join(FOLDER, 'traces/ls.lackey.gz');
    assert.ok(statSync(trace).size < 200 * 1024);
    const lines = gunzipSync(readFileSync(trace)).toString('latin1').split('\n');
    assert.match(lines[0], /Lackey, an example Valgrind tool/);
    assert.ok(lines.length > 150_000);
  });
});
