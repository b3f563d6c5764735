// Scenarios as tests, as a person runs them: the Test Explorer finds them, runs them, shows what failed and why; and
// Debug This Failure begins a session at the moment of it.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fromRoot } from '../../../scripts/lib/paths.mjs';
import { until } from '../rig/waiting.mjs';
import { launch } from '../rig/workbench.mjs';
import { moment } from './support.mjs';

const FILES = {
  'pages.ptscen': `let pages = 2

test "first touch" {
  process p
  mmap heap 64KiB rw anon
  write heap
  expect mm.rss == 1
}

test "too many" {
  process p
  mmap heap 64KiB rw anon
  write heap for pages * 4KiB step 4KiB
  expect mm.rss == 3, "three pages"
}
`,
  'plain.ptscen': 'process p\nmmap heap 64KiB rw anon\nwrite heap\nexpect fault == minor\n',
  'none.ptscen': 'process p\n',
};

describe('scenarios in the Test Explorer', () => {
  let rig;
  let folder;
  const rows = () => rig.page.locator('.test-explorer .monaco-list-row').allTextContents();
  /** Accessible names say how a test went. */
  const states = () =>
    rig.page.locator('.test-explorer .monaco-list-row').evaluateAll((all) => all.map((row) => row.ariaLabel));

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ptscope-tests-'));
    for (const [name, text] of Object.entries(FILES)) fs.writeFileSync(path.join(folder, name), text);
    rig = await launch({ extension: fromRoot(), workspace: folder, width: 1500, height: 950 });
  });

  after(async () => {
    await rig?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it('finds every file that expects something, open or not', async () => {
    await rig.openFile('pages.ptscen');
    await rig.showView('Testing');
    const found = await until(async () => ((await rows()).length >= 2 ? rows() : undefined), 15_000, 'tests');
    assert.deepEqual(
      found.map((text) => text.trim()),
      ['pages.ptscen', 'plain.ptscen'],
    );
  });

  it('runs them all, and marks what failed beside its line', async () => {
    void rig.command('testing.runAll');
    const after = await until(
      async () => {
        const all = await states();
        return all.some((text) => /Failed/.test(text)) && all.some((text) => /Passed/.test(text)) ? all : undefined;
      },
      30_000,
      'the tests to end',
    );
    assert.match(
      after.find((text) => text.startsWith('pages.ptscen')),
      /Failed/,
    );
    assert.match(
      after.find((text) => text.startsWith('plain.ptscen')),
      /Passed/,
    );
    await rig.page.locator('.test-error-content-widget', { hasText: '2 != 3' }).first().waitFor({ timeout: 10_000 });
    await rig.screenshot('tests');
  });

  it('runs one test from the lens above it', async () => {
    await rig.command('testing.clearTestResults');
    await until(async () => !(await states()).some((text) => /Passed|Failed/.test(text)), 10_000, 'no results');
    await rig.page.locator('.codelens-decoration a[title*="too many"]', { hasText: 'Run Test' }).click();
    await until(async () => (await states()).some((text) => /pages.*Failed/.test(text)), 20_000, 'a result');
    assert.ok(!(await states()).some((text) => /plain.*(Passed|Failed)/.test(text)), 'others ran, too');
  });

  it('debugs a failure from its message, at the moment at which it failed', async () => {
    await rig.page.locator('.test-error-content-widget').first().click();
    await rig.page.locator('.floating-click-widget', { hasText: 'Debug This Failure' }).click({ timeout: 10_000 });
    await rig.waitForStop();
    const { tick, title } = await moment(rig);
    assert.equal(title, 'expect mm.rss == 3, "three pages"');
    assert.ok(tick > 3);
    await rig.settle();
    await rig.screenshot('tests-debug');
    await rig.stopDebug();
    assert.deepEqual(await rig.notifications(), []);
    assert.deepEqual(rig.problems, []);
  });
});
