import assert from 'node:assert/strict';
import { ptscope, temporaryFolder } from './support';

describe('ptscope test', () => {
  const folder = temporaryFolder();
  const good = (): string =>
    folder.file(
      'good.ptscen',
      'process p\nmmap a 4KiB rw anon\nread a\nexpect fault == minor\nexpect fails read 0x5000\n',
    );
  const bad = (): string =>
    folder.file(
      'bad.ptscen',
      'process p\nexpect tick == 1\nexpect tick < 2, "a <b> & \\"c\\""\nif tick == 0 {\n  expect tick == 9\n}\n',
    );

  it('shows each expectation of each file', async () => {
    const { code, out } = await ptscope(['test', good(), bad()]);
    assert.equal(code, 1);
    assert.equal(
      out.replace(/^.*\/(\w+\.ptscen)/gm, '$1'),
      [
        'good.ptscen',
        '  ✓ line 4: expect fault == minor',
        '  ✓ line 5: expect fails read 0x5000',
        '',
        'bad.ptscen',
        '  ✓ line 2: expect tick == 1',
        '  ✗ line 3: expect tick < 2, "a <b> & \\"c\\""',
        '      a <b> & "c": 2 < 2 does not hold',
        '  – line 5: expect tick == 9 (not reached)',
        '',
        '3 passed, 1 failed, 1 not reached',
        '',
      ].join('\n'),
    );
  });

  it('counts an expectation in a loop as one case, failed if it ever failed', async () => {
    const file = folder.file('loop.ptscen', 'repeat 5 {\n  expect tick != 3\n}\n');
    const { out } = await ptscope(['test', file, '--format', 'json']);
    const [{ cases }] = JSON.parse(out) as { cases: object[] }[];
    assert.deepEqual(cases, [
      {
        line: 2,
        text: 'expect tick != 3',
        status: 'failed',
        failures: [
          {
            message: '',
            actual: '3 != 3 does not hold',
            tick: 3,
            compared: { actual: '3', operator: '!=', expected: '3' },
          },
        ],
      },
    ]);
  });

  it('writes TAP', async () => {
    const { out } = await ptscope(['test', good(), bad(), '--format', 'tap']);
    const lines = out.split('\n');
    assert.deepEqual(lines.slice(0, 2), ['TAP version 14', '1..5']);
    assert.match(lines[2], /^ok 1 - .*good\.ptscen:4: expect fault == minor$/);
    assert.match(
      out,
      /^not ok 4 - .*bad\.ptscen:3.*\n {2}---\n {2}message: "a <b> & \\"c\\": 2 < 2 does not hold"\n {2}\.\.\.\nok 5 .* # SKIP not reached$/m,
    );
  });

  it('writes JUnit, with what XML cannot hold escaped', async () => {
    const { out } = await ptscope(['test', good(), bad(), '--format', 'junit']);
    assert.match(
      out,
      /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites>\n {2}<testsuite name=".*good\.ptscen" tests="2" failures="0" errors="0" skipped="0" time="[\d.]+">/,
    );
    assert.match(out, /<failure message="a &lt;b&gt; &amp; &quot;c&quot;: 2 &lt; 2 does not hold"\/>/);
    assert.match(out, /<skipped message="not reached"\/>/);
    assert.equal(out.match(/<testcase /g)?.length, 5);
    assert.equal(out.match(/<\/testsuite>/g)?.length, 2);
  });

  it('tells files that do not run or do not end well, runs the others, and ends with the worst code', async () => {
    const fatal = folder.file('fatal.ptscen', 'process p\nread 0x5000\nexpect tick == 0\n');
    const broken = folder.file('broken.ptscen', 'frob\n');
    const { code, out } = await ptscope(['test', fatal, broken, folder.path('none.ptscen'), good()]);
    assert.equal(code, 4);
    assert.match(out, / {2}✗ line 2: SIGSEGV at 0x5000/);
    assert.match(out, / {2}✗ .*broken\.ptscen:1:1: PTS005/);
    assert.match(out, / {2}✗ .*there is no such file/);
    assert.match(out, /2 passed, 3 failed, 1 not reached/);
    assert.equal((await ptscope(['test', fatal])).code, 3);
    assert.equal((await ptscope(['test', broken])).code, 2);
    assert.equal((await ptscope(['test', good()])).code, 0);
  });

  describe('with tests', () => {
    const suite = (): string => {
      folder.file('setup.ptscen', 'process p\nmmap heap 64KiB rw anon\nexpect mm.rss == 0\n');
      return folder.file(
        'suite.ptscen',
        'let pages = 2\n\ntest "first touch" {\n  include "setup.ptscen"\n  write heap\n  expect mm.rss == 1\n}\n' +
          'test "too many" {\n  include "setup.ptscen"\n  write heap for pages * 4KiB step 4KiB\n' +
          '  expect mm.rss == 3\n}\ntest "no expectation" {\n  process p\n}\n' +
          'test "fatal" {\n  process p\n  read 0x5000\n}\n',
      );
    };
    const short = (text: string): string => text.replace(/\S*\/(\w+\.ptscen)/g, '$1');

    it('runs each on a machine of its own, as a suite of its own', async () => {
      const { code, out } = await ptscope(['test', suite()]);
      assert.equal(code, 3);
      assert.deepEqual(short(out).split('\n'), [
        'suite.ptscen: first touch',
        '  ✓ line 3 of setup.ptscen: expect mm.rss == 0',
        '  ✓ line 6: expect mm.rss == 1',
        '',
        'suite.ptscen: too many',
        '  ✓ line 3 of setup.ptscen: expect mm.rss == 0',
        '  ✗ line 11: expect mm.rss == 3',
        '      2 == 3 does not hold',
        '',
        'suite.ptscen: no expectation',
        '',
        'suite.ptscen: fatal',
        '  ✗ line 18: SIGSEGV at 0x5000',
        '',
        '3 passed, 2 failed',
        '',
      ]);
    });

    it('has no suite for a file that holds tests alone', async () => {
      const file = folder.file('alone.ptscen', 'test "a" {\n  expect tick == 0\n}\ntest "b" {\n}\n');
      const { code, out } = await ptscope(['test', file, '--format', 'json']);
      assert.equal(code, 0);
      const suites = JSON.parse(out) as { file: string; test?: string; cases: object[] }[];
      assert.deepEqual(
        suites.map(({ test, cases }) => [test, cases.length]),
        [
          ['a', 1],
          ['b', 0],
        ],
      );
    });

    it('names them in TAP and JUnit', async () => {
      const tap = short((await ptscope(['test', suite(), '--format', 'tap'])).out);
      assert.match(tap, /^ok 1 - setup\.ptscen:3: expect mm\.rss == 0$/m);
      assert.match(tap, /^not ok \d - suite\.ptscen:11: expect mm\.rss == 3$/m);
      assert.match(tap, /^ok \d - suite\.ptscen: no expectation: runs to its end$/m);
      const { out } = await ptscope(['test', suite(), '--format', 'junit']);
      assert.match(out, /<testsuite name=".*suite\.ptscen: too many" tests="2" failures="1"/);
    });

    it('runs only the tests that are asked for; the empty name is what stands outside of them', async () => {
      const file = folder.file('some.ptscen', 'expect tick == 0\ntest "a" {\n}\ntest "b" {\n}\ntest "c" {\n}\n');
      const { code, out } = await ptscope(['test', file, '--test', 'c', '--test', '', '--test=a', '--format', 'jsonl']);
      assert.equal(code, 0);
      const suites = out.trimEnd().split('\n');
      assert.deepEqual(
        suites.map((line) => (JSON.parse(line) as { test?: string }).test),
        ['c', undefined, 'a'],
      );
      const unknown = await ptscope(['test', file, '--test', 'd']);
      assert.equal(unknown.code, 2);
      assert.match(unknown.out, /there is no test "d"; it has "a", "b", "c"/);
    });

    it('tells in JSON what was printed, and where a test that ended badly ended', async () => {
      const { out } = await ptscope(['test', suite(), '--test', 'fatal', '--format', 'json']);
      const [{ error, errorAt }] = JSON.parse(out) as { error: string; errorAt: object }[];
      assert.match(error, /SIGSEGV/);
      assert.deepEqual(errorAt, { line: 18, tick: 2 });
      const loud = folder.file('loud.ptscen', 'repeat 2 {\n  print "tick {tick}"\n}\n');
      const [{ output }] = JSON.parse((await ptscope(['test', loud, '--format', 'json'])).out) as {
        output: object[];
      }[];
      assert.deepEqual(output, [
        { line: 2, text: 'tick 0' },
        { line: 2, text: 'tick 1' },
      ]);
    });

    it('says one thing about a file that cannot be run, not one a test', async () => {
      const file = folder.file('wrong.ptscen', 'include "none.ptscen"\ntest "a" {\n}\ntest "b" {\n}\n');
      const { code, out } = await ptscope(['test', file]);
      assert.equal(code, 2);
      assert.match(out, /PTS070.*there is no such file/);
      assert.match(out, /\n0 passed, 1 failed\n$/);
    });

    it('says to who runs a file of nothing but tests how they are run', async () => {
      const file = folder.file('notes.ptscen', 'test "a" {\n}\ntest "b" {\n}\n');
      const { code, out } = await ptscope(['run', file]);
      assert.equal(code, 0);
      assert.match(out, /this file holds 2 tests and nothing else to run; 'ptscope test' runs tests/);
    });

    it('checks included files, too', async () => {
      folder.file('bad.ptscen', '\nfrob\n');
      const file = folder.file('includes.ptscen', 'include "bad.ptscen"\n');
      const { code, out } = await ptscope(['check', file]);
      assert.equal(code, 2);
      const [own, other, ...rest] = short(out).split('\n');
      assert.match(own, /^includes\.ptscen:1:1: error PTS072: bad\.ptscen:2:1: PTS005/);
      assert.match(other, /^bad\.ptscen:2:1: error PTS005/);
      assert.deepEqual(rest, ['']);
    });
  });
});
