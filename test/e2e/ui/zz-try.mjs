import { launch, sleep } from '../rig/workbench.mjs';
import { fromRoot } from '../../../scripts/lib/paths.mjs';
const rig = await launch({ extension: fromRoot(), workspace: '/tmp/lang-ws', width: 1500, height: 950, shots: '/tmp/lang-shots' });
try {
  await rig.openFile('pages.ptscen');
  await rig.showView('Testing');
  await sleep(1500);
  await rig.screenshot('t1');
  await rig.command('testing.runAll');
  await sleep(4000);
  await rig.screenshot('t2');
  console.log(await rig.page.locator('.test-explorer .monaco-list-row').allTextContents());
  console.log(await rig.notifications(), rig.problems);
  await rig.command('workbench.action.closeAllEditors');
  await rig.showView('Run and Debug'); await sleep(800);
  await rig.screenshot('t3');
  await rig.command('workbench.action.openWalkthrough', 'ptscope.ptscope#start'); await sleep(2500);
  await rig.screenshot('t4');
  void rig.command('ptscope.openExample'); await sleep(1200);
  await rig.screenshot('t5');
  await rig.page.keyboard.press('Escape');
  await rig.command('ptscope.openExample', '01-first-fault.ptscen'); await sleep(800);
  await rig.screenshot('t6');
  await rig.command('ptscope.newScenario', 'swap'); await sleep(800);
  await rig.page.keyboard.press('F5');
  await rig.waitForStop().catch((e) => console.log(String(e)));
  await rig.screenshot('t7');
  console.log(await rig.notifications(), rig.problems);
} finally { await rig.close(); }
