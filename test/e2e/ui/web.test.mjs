import assert from 'node:assert/strict';
import { examples, fromRoot } from '../../../scripts/lib/paths.mjs';
import { launch, sleep } from '../rig/workbench.mjs';

/** The workbench learns to open a debugger's documents only some seconds after it has started. */
const WORKBENCH_SETTLES_MS = 5000;

describe('the web extension', () => {
  let rig;

  before(async () => {
    // The probe would run in the other extension host, where it sees nothing of this one.
    rig = await launch({ extension: fromRoot(), workspace: examples, web: true, probe: false });
  });

  after(() => rig?.close());

  it('starts in a web worker without an error on the console', async () => {
    await rig.openFile('01-first-fault.ptscen');
    await rig.ready();
    await rig.screenshot('web');
    assert.deepEqual(rig.problems, []);
  });

  it('debugs there, with the adapter inside the extension host', async () => {
    await sleep(WORKBENCH_SETTLES_MS);
    await rig.page.keyboard.press('F5');
    const { reason } = await rig.waitForStop();
    assert.match(reason, /page fault: minor/);
    await rig.screenshot('web-stop');
    assert.deepEqual(rig.problems, []);
  });

  it('runs tests there, and debugs a new scenario that is no file', async () => {
    await rig.page.keyboard.press('Shift+F5');
    await rig.toolbar().waitFor({ state: 'hidden' });
    await rig.runCommand('ptscope: New Scenario…');
    await rig.pickItem('Huge page');
    await rig.page.locator('.tab.active', { hasText: 'Untitled' }).waitFor();
    await rig.runCommand('Test: Run All Tests');
    await rig.showView('Testing');
    const passed = rig.page.locator('.test-explorer .monaco-list-row[aria-label*="Untitled"][aria-label*="Passed"]');
    await passed.first().waitFor({ timeout: 60_000 });
    await rig.screenshot('web-tests');
    assert.deepEqual(rig.problems, []);
  });

  it('opens an example of the extension and debugs it', async () => {
    await rig.runCommand('ptscope: Open an Example…');
    await rig.pickItem('The life of a huge page');
    await rig.page.locator('.tab.active', { hasText: '05-thp-life.ptscen' }).waitFor();
    await rig.page.keyboard.press('F5');
    const { reason } = await rig.waitForStop();
    assert.match(reason, /page fault/);
    assert.deepEqual(rig.problems, []);
  });
});
