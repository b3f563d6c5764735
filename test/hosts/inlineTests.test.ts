import assert from 'node:assert/strict';
import { runTestsInline } from '../../src/hosts/inlineTests';
import { nodeFiles } from '../../src/hosts/nodeFiles';
import type { TestSuite } from '../../src/protocol/tests';
import { temporaryFolder } from '../cli/support';

describe('tests in the extension host', () => {
  const folder = temporaryFolder();

  it('tell the same as in a process of their own', async () => {
    folder.file('common.ptscen', 'process p\nmmap heap 64KiB rw anon\n');
    const text =
      'test "a" {\n  include "common.ptscen"\n  write heap\n  expect fault == minor\n}\ntest "b" {\n  expect tick == 1\n}\n';
    const program = folder.file('main.ptscen', text);
    const suites: TestSuite[] = [];
    await runTestsInline(nodeFiles, { program }, (suite) => suites.push(suite), new AbortController().signal);
    assert.deepEqual(
      suites.map(({ test, cases }) => [test, cases.map(({ status }) => status)]),
      [
        ['a', ['passed']],
        ['b', ['failed']],
      ],
    );
  });

  it('end when they are told to', async () => {
    const text = 'process p\nmmap m 4KiB rw anon\nrepeat 1_000_000_000 {\n  read m\n}\nexpect m == m\n';
    const abort = new AbortController();
    const suites: TestSuite[] = [];
    setTimeout(() => abort.abort(), 50);
    const program = folder.file('endless.ptscen', text);
    await runTestsInline(nodeFiles, { program }, (suite) => suites.push(suite), abort.signal);
    assert.deepEqual(
      suites.map(({ error }) => error),
      ['interrupted'],
    );
  });
});
