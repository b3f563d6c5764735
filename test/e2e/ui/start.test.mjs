// The first minutes: nothing is open, and somebody wants to see what this is.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fromRoot } from '../../../scripts/lib/paths.mjs';
import { launch, sleep } from '../rig/workbench.mjs';

describe('the first minutes', () => {
  let rig;
  let folder;

  before(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ptscope-start-'));
    rig = await launch({ extension: fromRoot(), workspace: folder, width: 1500, height: 950 });
  });

  after(async () => {
    await rig?.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it('begin with a way to start in Run and Debug', async () => {
    await rig.showView('Run and Debug');
    await rig.page.locator('.welcome-view a', { hasText: 'New Scenario' }).first().waitFor();
    await rig.page.locator('.welcome-view a', { hasText: 'Open an Example' }).first().waitFor();
    await rig.screenshot('start-welcome');
  });

  it('have a walkthrough with a picture a step', async () => {
    await rig.command('workbench.action.openWalkthrough', 'ptscope.ptscope#start');
    const steps = rig.page.locator('.getting-started-step');
    await steps.first().waitFor();
    assert.equal(await steps.count(), 5);
    await sleep(1000);
    await rig.screenshot('start-walkthrough');
  });

  it('list the examples; one opens read-only and runs', async () => {
    void rig.command('ptscope.openExample');
    await rig.quickRows().filter({ hasText: 'fork and copy-on-write' }).first().waitFor();
    await rig.screenshot('start-examples');
    await rig.pickItem('The first fault');
    await rig.page.locator('.tab.active', { hasText: '01-first-fault.ptscen' }).waitFor();
    await sleep(500);
    await rig.page.keyboard.type('x');
    const first = await rig.api((vscode) => vscode.window.activeTextEditor.document.lineAt(0).text);
    assert.equal(first, '# The first fault', 'an example of the extension was changed');
    await rig.page.keyboard.press('Escape');
    await rig.page.keyboard.press('F5');
    assert.match((await rig.waitForStop()).reason, /page fault: minor/);
    await rig.settle();
  });

  it('answer in the debug console, in colours, with completion', async () => {
    const lines = await rig.debugConsole('walk heap');
    assert.ok(
      lines.some((line) => /PGD\[170\] at 0x100550 = 0x0+: empty/.test(line)),
      lines.join('\n'),
    );
    const coloured = rig.page.locator('.repl .code-foreground-colored');
    assert.ok((await coloured.count()) > 0, 'nothing is coloured');
    await rig.debugConsole('history 3');
    await rig.page.keyboard.type('vmstat faults.m');
    await rig.page.locator('.suggest-widget .monaco-list-row', { hasText: 'faults.minor' }).first().waitFor();
    await rig.screenshot('start-console');
    await rig.page.keyboard.press('Escape');
    await rig.stopDebug();
  });

  it('copy an example with the trace that it replays', async () => {
    void rig.command('ptscope.openExample');
    const row = rig.quickRows().filter({ hasText: 'A real program' }).first();
    await row.hover();
    await row.locator('.codicon-copy').click();
    await rig.pickItem(path.basename(folder));
    await rig.page.locator('.tab.active', { hasText: '03-real-program.ptscen' }).waitFor();
    assert.ok(fs.existsSync(path.join(folder, 'traces', 'ls.lackey.gz')));
  });

  it('make a new scenario from a template, which runs before it is saved', async () => {
    void rig.command('ptscope.newScenario');
    await rig.pickItem('Swap');
    await rig.page.locator('.tab.active', { hasText: 'Untitled' }).waitFor();
    const after = await rig.stops();
    await rig.page.keyboard.press('F5');
    assert.match((await rig.waitForStop({ after })).reason, /page fault/);
    await rig.settle();
    await rig.stopDebug();
    assert.deepEqual(await rig.notifications(), []);
    assert.deepEqual(rig.problems, []);
  });
});
