import { launch, sleep } from '../rig/workbench.mjs';
import { fromRoot } from '../../../scripts/lib/paths.mjs';
const rig = await launch({ extension: fromRoot(), workspace: '/tmp/lang-ws', width: 1500, height: 950, shots: '/tmp/lang-shots' });
try {
  console.log(Math.round(performance.now())); await rig.openFile('uses.ptscen');
  await sleep(1000);
  console.log(Math.round(performance.now())); await rig.gotoLine(5); console.log(Math.round(performance.now())); await rig.toggleBreakpoint(5);
  await rig.api(async (vscode) => { void vscode.commands.executeCommand('ptscope.debug', vscode.window.activeTextEditor.document.uri, 'a'); });
  await rig.waitForStop(); let n = await rig.stops();
  await rig.page.keyboard.press('F5'); await rig.waitForStop({after: n}); await sleep(500);
  await rig.screenshot('l3');
  for (let i = 0; i < 8; i++) { const t = await rig.stopReason(); if (/breakpoint/.test(t)) break; n = await rig.stops(); await rig.page.keyboard.press('F5'); await rig.waitForStop({after: n}); }
  await sleep(1500);
  await rig.screenshot('l4');
  await rig.stopDebug();
  await rig.command('workbench.action.closeAllEditors');
  await rig.command('ptscope.newScenario', 'swap'); await sleep(800);
  await rig.page.keyboard.press('F5');
  await rig.waitForStop().catch((e) => console.log(String(e)));
  await sleep(500);
  await rig.screenshot('l5');
  console.log(await rig.notifications(), rig.problems);
  await rig.stopDebug();
  await rig.showView('Testing'); await rig.command('testing.runAll'); await sleep(4000);
  await rig.openFile('pages.ptscen'); await rig.gotoLine(15);
  await rig.command('testing.goToNextMessage').catch(String); await sleep(1500);
  await rig.screenshot('l6', { hovers: true });
  console.log(await rig.notifications(), rig.problems);
} finally { await rig.close(); }
