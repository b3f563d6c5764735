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

  for (const { title, command, drawn } of VIEWS)
    for (const theme of ['dark', 'light', 'hc'])
      it(`finds nothing serious in ${title}, ${theme}`, async () => {
        await rig.setSetting('workbench.colorTheme', THEMES[theme]);
        await rig.command(command);
        const frame = await rig.webviewFrame(title);
        await frame.locator(drawn).first().waitFor();
        await sleep(500);
        assert.deepEqual(await seriousFindings(frame), []);
      });
});
