// Time travel in a trace of more than a million accesses, as a person does it: run to the 10,000th page fault, pause on the
// way, go back to the one before. Pictures are kept in test/e2e/artefacts.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fromRoot } from '../../../scripts/lib/paths.mjs';
import { launch, sleep } from '../rig/workbench.mjs';

const ACCESSES = 1_200_000;
const PAGES = 13_000;
const NTH = 10_000;
const MINOR = 'Page Fault: Minor';

/** A workspace with the trace, and a launch.json for it. */
function makeWorkspace() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ptscope-longrun-'));
  const script = fromRoot('test/support/bigTrace.ts');
  const args = ['--require', 'tsx/cjs', script, path.join(folder, 'long.lackey'), String(ACCESSES), String(PAGES)];
  const { status, stderr } = spawnSync(process.execPath, args, { cwd: fromRoot(), encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const configuration = { type: 'ptscope', request: 'launch', name: 'Long', program: '${workspaceFolder}/long.lackey' };
  fs.mkdirSync(path.join(folder, '.vscode'));
  fs.writeFileSync(
    path.join(folder, '.vscode/launch.json'),
    JSON.stringify({ version: '0.2.0', configurations: [configuration] }),
  );
  return folder;
}

describe('a long run', () => {
  let rig;
  let workspace;
  const session = (command, args) =>
    rig.api((vscode, _h, command, args) => vscode.debug.activeDebugSession.customRequest(command, args), command, args);
  const moment = () => session('ptscope/moment');
  const faults = async () => {
    const { result } = await session('evaluate', { expression: 'stats.faults.total', context: 'watch' });
    return Number(result);
  };
  /** Milliseconds from the last request of a name to the last stop. */
  const msToStop = async (command) => {
    const traffic = await rig.dap();
    const request = traffic.findLast(({ dir, m }) => dir === 'to' && m.command === command);
    return traffic.findLast(({ m }) => m.event === 'stopped').t - request.t;
  };

  before(async () => {
    workspace = makeWorkspace();
    rig = await launch({
      extension: fromRoot(),
      workspace,
      width: 1680,
      height: 1050,
      settings: { 'ptscope.timeTravel.memoryMegabytes': 128 },
      env: { PTSCOPE_TRACE_CACHE: path.join(workspace, 'cache') },
    });
  });

  afterEach(async function () {
    if (this.currentTest.state === 'failed') await rig.screenshot(`longrun-${this.currentTest.title.split(' ')[0]}`);
  });

  after(async () => {
    await rig?.close();
    if (workspace) fs.rmSync(workspace, { recursive: true, force: true });
  });

  it('begins with F5, and the setting for the memory of time travel goes with it', async () => {
    await rig.showView('Run and Debug');
    // Before launch.json is known, F5 would ask what to debug.
    await rig.page.locator('.start-debug-action-item', { hasText: 'Long' }).waitFor();
    await rig.api(() => true);
    await rig.page.keyboard.press('F5');
    const { reason } = await rig.waitForStop();
    assert.match(reason, /page fault: minor/);
    const { arguments: args } = (await rig.dap('launch'))[0].m;
    assert.deepEqual(args.timeTravel, { memoryMegabytes: 128 });
  });

  it('shows the walk beside the listing, also where no editor was open', async () => {
    const groups = () => rig.api((vscode) => vscode.window.tabGroups.all.map(({ tabs }) => tabs.map((t) => t.label)));
    await rig.webviewFrame('Walk');
    assert.deepEqual(await groups(), [['tick 2.ptlisting'], ['Walk']]);
  });

  it('answers a pause on the way to the 10,000th page fault, and shows where it is', async () => {
    await rig.editCondition(MINOR, String(NTH));
    await rig.press('continue');
    await sleep(1200);
    const { reason, line } = await rig.step('pause');
    console.log(`        paused ${await msToStop('pause')} ms after the request`);
    const { tick, event } = await moment();
    assert.equal(reason, `Paused at tick ${tick.toLocaleString('en')}`);
    assert.deepEqual([line, event], [1, 0], 'on the first line of the listing');
    const count = await faults();
    assert.ok(count > 1 && count < NTH - 1, `${count} faults`);
  });

  it('stops on the 10,000th, having said how fast it goes and how long it takes', async () => {
    await rig.step('continue');
    assert.equal(await faults(), NTH - 1, 'inside the fault, before it is counted');
    const said = (await rig.dap('progressUpdate')).map(({ m }) => m.body.message);
    assert.ok(
      said.some((text) => /^tick [\d,]+, [\d.]+ [kM] accesses\/s, \d+ s left$/.test(text)),
      said.join('; '),
    );
    await rig.settle();
    await rig.screenshot('fault-10000');
  });

  it('goes back to the 9,999th', async () => {
    await rig.editCondition(MINOR, '');
    const { reason } = await rig.step('reverse');
    console.log(`        back ${await msToStop('reverseContinue')} ms after the request`);
    assert.match(reason, /page fault: minor/);
    assert.equal((await rig.debugConsole('stats.faults.total')).at(-1), String(NTH - 2));
    await rig.screenshot('fault-9999');
  });

  it('has put no error on the console and into no notification', async () => {
    assert.deepEqual(await rig.notifications(), []);
    assert.deepEqual(rig.problems, []);
  });
});
