// The address-space map, the Compare view and the trees of objects and processes in the real workbench, on four kinds of
// tables. Pictures are kept in test/e2e/artefacts.
import assert from 'node:assert/strict';
import { examples, fromRoot } from '../../../scripts/lib/paths.mjs';
import { until } from '../rig/waiting.mjs';
import { launch, sleep, THEMES as NAMES } from '../rig/workbench.mjs';

const SCHEMES = ['radix', 'fpt L3L2', 'fpt L4L3+L2L1', 'ecpt'];
const THEMES = (process.env.PTSCOPE_THEMES ?? 'dark').split(',');

describe('the map and the comparison', () => {
  let rig;
  const session = (command, args) =>
    rig.api((vscode, _h, command, args) => vscode.debug.activeDebugSession.customRequest(command, args), command, args);

  /** Stands behind some faults of an example, on a scheme. */
  async function stand(scheme, more = {}) {
    await rig.openFile('05-thp-life.ptscen');
    await rig.api(
      async (vscode, _h, scheme, more) => {
        const program = vscode.window.activeTextEditor.document.uri.fsPath;
        const configuration = {
          type: 'ptscope',
          request: 'launch',
          name: 'map',
          program,
          stopOnEntry: true,
          scheme,
          ...more,
        };
        await vscode.debug.startDebugging(undefined, configuration);
      },
      scheme,
      more,
    );
    await rig.waitForStop();
    const after = await rig.stops();
    await session('ptscope/seek', { tick: 300, event: 0 });
    await rig.waitForStop({ after });
    await rig.settle();
  }

  const frameText = (title, done, what) =>
    until(
      async () => {
        const frame = await rig.webviewFrame(title);
        const text = (await frame.locator('main').innerText()).replace(/\s+/g, ' ');
        return done(text) ? { frame, text } : undefined;
      },
      20_000,
      what,
    );

  before(async () => {
    rig = await launch({ extension: fromRoot(), workspace: examples, width: 1680, height: 1250 });
    await rig.setSetting('ptscope.walk.openAutomatically', false);
  });

  after(() => rig?.close());

  afterEach(async () => {
    await rig.command('workbench.action.debug.stop');
    await rig.settle();
    await rig.command('workbench.action.closeAllEditors');
  });

  for (const scheme of SCHEMES)
    it(`${scheme}: the map shows the area of the access, zooms, and leads to the row in Page Tables`, async () => {
      await stand(scheme);
      await rig.command('ptscope.showMap');
      const { frame, text } = await frameText(
        'Address-Space Map',
        (t) => /256 TiB ›.*In sight \d+ stretch/.test(t),
        'the map',
      );
      assert.match(text, new RegExp(scheme.replace('+', '\\+')));
      assert.match(text, /256 TiB ›/);
      assert.match(text, /in [24] [KM]iB pages/);
      for (const theme of THEMES) {
        await rig.setSetting('workbench.colorTheme', NAMES[theme]);
        await sleep(400);
        await rig.screenshot(`map-${scheme.replace(/\W+/g, '-')}-${theme}`);
      }
      await rig.setSetting('workbench.colorTheme', NAMES.dark);
      const canvas = frame.locator('canvas');
      await canvas.focus();
      await rig.page.keyboard.press('PageDown');
      await rig.page.keyboard.press('PageUp');
      const cell = frame.locator('#cell');
      await until(async () => /(4K|2M) page, frame/.test(await cell.innerText()), 5000, 'what maps the cell');
      await rig.page.keyboard.press('Enter');
      await rig.settle();
      const rows = await until(
        async () => {
          const all = await rig.treeRows('Page Tables');
          return all.some(({ level }) => level >= 3) ? all : undefined;
        },
        10_000,
        'the row in Page Tables',
      );
      assert.ok(rows.some(({ label }) => /\[/.test(label) || /^slot/.test(label)));
      const before = await frame.locator('.breadcrumb').innerText();
      await canvas.focus();
      await rig.page.keyboard.press('-');
      await until(async () => (await frame.locator('.breadcrumb').innerText()) !== before, 5000, 'zooming');
    });

  it('compares four schemes, walk beside walk, and follows a step', async () => {
    await stand('radix', { compareWith: SCHEMES.slice(1) });
    await rig.command('ptscope.compareSchemes');
    const complete = (t) => /behind tick 300/.test(t) && !/Cancel/.test(t);
    const { frame, text } = await frameText('Compare Schemes', complete, 'the comparison');
    for (const scheme of SCHEMES) assert.ok(text.includes(scheme), scheme);
    assert.equal(await frame.locator('svg.figure').count(), 4);
    for (const theme of THEMES) {
      await rig.setSetting('workbench.colorTheme', NAMES[theme]);
      await sleep(400);
      await rig.screenshot(`compare-${theme}`);
    }
    await rig.setSetting('workbench.colorTheme', NAMES.dark);
    await rig.step('next');
    await frameText('Compare Schemes', (t) => /behind tick 301/.test(t) && !/Cancel/.test(t), 'the next access');
  });

  it('has the processes and the translation objects as trees', async () => {
    await stand('radix');
    const [process] = await rig.treeRows('Processes');
    assert.match(`${process.label} ${process.description}`, /pid 1 · running/);
    const [object] = await rig.treeRows('Translation Objects');
    assert.match(object.label, /^object at 0x/);
    await rig.screenshot('trees-objects-processes');
  });
});
