import assert from 'node:assert/strict';
import { Lines, runTestsInProcess } from '../../src/hosts/testProcess';
import type { TestSuite } from '../../src/protocol/tests';
import { bundleCli } from '../cli/bundle';
import { temporaryFolder } from '../cli/support';

describe('tests in a process of their own', function () {
  this.timeout(60_000);
  const folder = temporaryFolder();
  let cli = '';

  before(() => {
    cli = bundleCli(folder.path('cli.js'));
  });

  const run = async (
    program: string,
    tests?: string[],
    abort = new AbortController(),
    onSuite: (suite: TestSuite) => void = () => undefined,
  ): Promise<TestSuite[]> => {
    const suites: TestSuite[] = [];
    const take = (suite: TestSuite): void => {
      suites.push(suite);
      onSuite(suite);
    };
    await runTestsInProcess(cli, { program, tests }, take, abort.signal);
    return suites;
  };

  it('tells each suite, passed or failed, also of names that look like options', async () => {
    const file = folder.file('a.ptscen', 'test "--help" {\n  expect tick == 0\n}\ntest "b" {\n  expect tick == 1\n}\n');
    const suites = await run(file, ['b', '--help']);
    assert.deepEqual(
      suites.map(({ test, cases }) => [test, cases[0].status]),
      [
        ['b', 'failed'],
        ['--help', 'passed'],
      ],
    );
  });

  it('tells of a file that cannot be run as a suite with an error', async () => {
    const [{ error }] = await run(folder.path('-none.ptscen'));
    assert.match(error ?? '', /there is no such file/);
  });

  it('ends early when asked to, with what was done', async () => {
    const endless =
      'test "a" {\n}\ntest "b" {\n  process p\n  mmap m 4KiB rw anon\n  repeat 1_000_000_000 {\n    read m\n  }\n}\n';
    const abort = new AbortController();
    const began = Date.now();
    const suites = await run(folder.file('long.ptscen', endless), ['a', 'b'], abort, () => abort.abort());
    assert.ok(Date.now() - began < 20_000);
    assert.deepEqual(
      suites.map(({ test, error }) => [test, error]),
      [
        ['a', undefined],
        ['b', 'interrupted'],
      ],
    );
  });

  it('rejects with a sentence if the command line is not there', async () => {
    const nowhere = runTestsInProcess(
      folder.path('no-cli.js'),
      { program: 'x' },
      () => undefined,
      new AbortController().signal,
    );
    await assert.rejects(nowhere, /no-cli\.js/);
  });
});

describe('lines', () => {
  it('come whole, however the pieces fall', () => {
    const got: string[] = [];
    const lines = new Lines((line) => got.push(line));
    for (const piece of ['a', 'b\nc', '\n\nd', '\n']) lines.add(piece);
    assert.deepEqual(got, ['ab', 'c', '', 'd']);
  });
});
