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
  it('begin with the three that a newcomer opens first', () => {
    assert.deepEqual(SCENARIOS.slice(0, 3), [
      '01-first-fault.ptscen',
      '02-walk-and-tlb.ptscen',
      '03-real-program.ptscen',
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

  it('03 replays a real trace that is small enough to ship', () => {
    const trace = path.join(FOLDER, 'traces/ls.lackey.gz');
    assert.ok(statSync(trace).size < 200 * 1024);
    const lines = gunzipSync(readFileSync(trace)).toString('latin1').split('\n');
    assert.match(lines[0], /Lackey, an example Valgrind tool/);
    assert.ok(lines.length > 150_000);
  });
});
