// What an accessibility checker finds in the webviews, at a stop: nothing serious.
import assert from 'node:assert/strict';
import { examples, fromRoot } from '../../../scripts/lib/paths.mjs';
import { seriousFindings } from '../rig/accessibility.mjs';
import { launch, sleep, THEMES } from '../rig/workbench.mjs';

const VIEWS = [
  { title: 'Walk', command: 'ptscope.showWalk', drawn: 'svg.figure' },
  { title: 'Statistics', command: 'ptscope.openStatistics', drawn: 'svg.plotFigure' },
  { title: 'History', command: 'ptscope.openHistory', drawn: '.line' },
  { title: 'Address-Space Map', command: 'ptscope.showMap', drawn: 'canvas' },
  { title: 'Compare', command: 'ptscope.compareSchemes', drawn: '.card svg.figure', asks: true },
];

describe('an accessibility checker', () => {
  let rig;

  before(async () => {
    rig = await launch({ extension: fromRoot(), workspace: examples, width: 1680, height: 1050 });
    await rig.openFile('01-first-fault.ptscen');
    await rig.page.keyboard.press('F5');
    await rig.waitForStop();
  });

  after(() => rig?.close());

  /** Which schemes to compare is asked first: those that are ticked. */
  async function openWithChoice(command) {
    await rig.api((vscode, _h, id) => void vscode.commands.executeCommand(id), command);
    await rig.quickBox().waitFor();
    await rig.page.keyboard.press('Enter');
    await rig.quickBox().waitFor({ state: 'hidden' });
  }

  for (const { title, command, drawn, asks } of VIEWS)
    for (const theme of ['dark', 'light', 'hc'])
      it(`finds nothing serious in ${title}, ${theme}`, async () => {
        await rig.setSetting('workbench.colorTheme', THEMES[theme]);
        if (asks) await openWithChoice(command);
        else await rig.command(command);
        const frame = await rig.webviewFrame(title);
        await frame.locator(drawn).first().waitFor();
        await sleep(500);
        assert.deepEqual(await seriousFindings(frame), []);
      });
});
