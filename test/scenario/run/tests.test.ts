/** `test "name" { … }`: a scenario of its own, on a fresh machine. */
import assert from 'node:assert/strict';
import { compile, testsOf } from '../../../src/scenario/run/compile';
import { LoadError } from '../../../src/scenario/run/load';
import type { Output, Run } from '../../../src/scenario/run/run';
import { codesAfterPrelude } from '../language/support';
import { loadText } from './support';

const TEXT = [
  'machine {',
  '  memory 64MiB',
  '}',
  'let pages = 4',
  'process outside',
  'mmap heap 64KiB rw anon at 0x10_0000',
  'write heap step 4KiB',
  'let touched = mm.rss',
  'test "first touch" {',
  '  process p',
  '  mmap heap pages * 4KiB rw anon',
  '  write heap step 4KiB',
  '  expect stats.faults.minor == pages',
  '}',
  'let late = 7',
  'test "another" {',
  '  expect stats.accesses.total == 0',
  '  print "{pages * late}"',
  '}',
  'print "outside {touched}"',
].join('\n');

async function ran(test?: string, text = TEXT): Promise<{ run: Run; prints: string[] }> {
  const { run } = await loadText(text, { test });
  const outputs: Output[] = [];
  run.onOutput = (output) => void outputs.push(output);
  while (run.end === null) run.fast(1000, null);
  assert.deepEqual(run.end, { kind: 'finished' });
  assert.deepEqual(run.failed, []);
  return { run, prints: outputs.flatMap((o) => (o.kind === 'print' ? [o.text] : [])) };
}

describe('a test of a scenario', () => {
  it('does not run with the file, whose other statements run as ever', async () => {
    const { run, prints } = await ran();
    assert.deepEqual(prints, ['outside 16']);
    assert.equal(run.passed, 0);
  });

  it('runs alone on a machine of the file’s block, that nothing outside has touched', async () => {
    const { run, prints } = await ran('first touch');
    assert.equal(run.passed, 1);
    assert.deepEqual(prints, []);
    assert.equal(run.machine.memory.sizeBytes, 64 * 2 ** 20);
    assert.deepEqual(
      run.machine.kernel.processes.map(({ name }) => name),
      ['p'],
    );
  });

  it('sees the constants above it that are made of constants', async () => {
    const { run, prints } = await ran('another');
    assert.equal(run.passed, 1);
    assert.deepEqual(prints, ['28']);
    assert.deepEqual(run.bindings, { pages: 4n, late: 7n });
  });

  it('gets the values that are given for those from outside', async () => {
    const { run } = await loadText(TEXT, { test: 'another', arguments: { pages: '3' } });
    const said: Output[] = [];
    run.onOutput = (output) => void said.push(output);
    while (run.end === null) run.fast(1000, null);
    assert.ok(said.some((o) => o.kind === 'print' && o.text === '21'));
  });

  it('is a construct around its statements', async () => {
    const { run } = await loadText(TEXT, { test: 'first touch' });
    run.step();
    assert.deepEqual(run.standing().constructs, [{ text: 'test "first touch"', file: 0, line: 8 }]);
  });

  it('that is not there is told with those that are', async () => {
    await assert.rejects(
      loadText(TEXT, { test: 'frob' }),
      (error) => error instanceof LoadError && /no test "frob"; it has "first touch", "another"$/.test(error.message),
    );
    await assert.rejects(loadText('print "x"\n', { test: 'frob' }), /it has none$/);
  });

  it('leaves out what does not run, and says where that is', async () => {
    const { sources } = await loadText(TEXT);
    const lines = (test?: string): number[] => compile(sources, test).omitted.map(({ line }) => line + 1);
    assert.deepEqual(lines(), [10, 11, 12, 13, 17, 18]);
    assert.deepEqual(lines('first touch'), [5, 6, 7, 8, 15, 17, 18, 20]);
    assert.deepEqual(
      testsOf(sources).map(({ name, file, range }) => [name, file, range.start.line]),
      [
        ['first touch', 0, 8],
        ['another', 0, 15],
      ],
    );
  });

  it('can include a file that another test includes, too', async () => {
    const text = ['a', 'b'].map((name) => `test "${name}" {\n  include "s"\n  read heap\n  expect mm.rss == 1\n}\n`);
    for (const test of ['a', 'b']) {
      const files = { s: 'process p\nmmap heap 64KiB rw anon\n' };
      const { run } = await loadText(text.join(''), { test }, files);
      while (run.end === null) run.fast(1000, null);
      assert.equal(run.passed, 1);
      assert.deepEqual(run.failed, []);
    }
  });

  it('may stand in an included file', async () => {
    const { sources } = await loadText('include "s"\n', {}, { s: 'test "t" {\n  print "x"\n}\n' });
    assert.deepEqual(
      testsOf(sources).map(({ name, file }) => [name, file]),
      [['t', 1]],
    );
    assert.deepEqual(
      compile(sources, 't').statements.map(({ file, text }) => [file, text]),
      [[1, 'print "x"']],
    );
  });
});

describe('the checker on tests', () => {
  const CASES: [string, string[]][] = [
    ['test "t" {\n  process q\n}\ntest "t" {\n}', ['PTS022']],
    ['test "t" {\n  test "u" {\n  }\n}', ['PTS061']],
    ['repeat 2 {\n  test "t" {\n  }\n}', ['PTS061']],
    ['let a = 3\nlet b = a * 2\ntest "t" {\n  print "{b}"\n}', []],
    ['let a = heap.size\ntest "t" {\n  print "{a}"\n}', ['PTS020']],
    ['let a = tick\ntest "t" {\n  print "{a}"\n}', ['PTS020']],
    ['let a = walk(heap).refs\ntest "t" {\n  print "{a}"\n}', ['PTS020']],
    ['test "t" {\n  process p\n  mmap heap 64MiB rw anon at 0x5555_5540_0000\n}\nread heap', []],
    ['test "t" {\n  read 0x1000\n}\ntest "u" {\n  read 0x1000\n}', ['PTS024', 'PTS024']],
  ];
  for (const [text, codes] of CASES)
    it(`answers ${codes.join(' ') || 'nothing'} to \`${text.replaceAll('\n', ' ⏎ ')}\``, () =>
      assert.deepEqual(codesAfterPrelude(text), codes));
});
