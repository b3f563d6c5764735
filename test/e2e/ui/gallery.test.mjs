// Every view × dark, light and high contrast × four kinds of tables, at a stop: pictures to look at, in
// test/e2e/artefacts/gallery. They take minutes, so only with PTSCOPE_GALLERY=1:
//   PTSCOPE_GALLERY=1 node test/e2e/run.mjs ui --grep gallery
import path from 'node:path';
import { examples, fromRoot } from '../../../scripts/lib/paths.mjs';
import { launch, sleep, THEMES } from '../rig/workbench.mjs';
import { toEndOfTick } from './support.mjs';

const SCHEMES = [
  { name: 'radix', file: '01-first-fault.ptscen', compareWith: ['fpt L3L2', 'ecpt'] },
  { name: 'fpt-L3L2', scheme: 'fpt L3L2', file: '20-fpt-three-modes.ptscen', compareWith: ['radix'] },
  { name: 'fpt-L4L3+L2L1', scheme: 'fpt L4L3+L2L1', file: '20-fpt-three-modes.ptscen', compareWith: ['radix', 'ecpt'] },
  { name: 'ecpt', file: '30-ecpt-first-walk.ptscen', compareWith: ['radix'] },
];
const SHOWN = ['dark', 'light', 'hc'];
const TREES = ['Page Tables', 'TLB & Walk Caches', 'Translation Objects', 'Processes'];
const OTHERS = ['Variables', 'Watch', 'Call Stack', 'Breakpoints', 'Loaded Scripts', 'History'];

const gallery = process.env.PTSCOPE_GALLERY ? describe : describe.skip;

gallery('the gallery', () => {
  let rig;

  // A window of its own for each: what is folded and open in one is no part of the next.
  beforeEach(async () => {
    rig = await launch({ extension: fromRoot(), workspace: examples, width: 1680, height: 1050 });
    rig.shots = path.join(rig.shots, 'gallery');
  });

  afterEach(() => rig?.close());

  for (const each of SCHEMES)
    it(each.name, async function () {
      this.timeout(600_000);
      await stopBehindTheFault(each);
      await walkAndVariables(each.name);
      await trees(each.name);
      await history(each.name);
      await console_(each.name);
      await statistics(each.name);
      await panel(each.name, 'Address-Space Map', 'ptscope.showMap', 'canvas');
      await panel(each.name, 'Compare', 'ptscope.compareSchemes', '.card svg.figure');
    });

  async function stopBehindTheFault({ name, scheme, file, compareWith }) {
    await rig.openFile(file);
    const after = await rig.stops();
    const program = path.join(examples, file);
    const configuration = { type: 'ptscope', request: 'launch', name, program, scheme, compareWith };
    await rig.api((vscode, _h, launched) => vscode.debug.startDebugging(undefined, launched), configuration);
    await rig.waitForStop({ after });
    await toEndOfTick(rig);
  }

  /** One picture a theme; `part`: whose box is cut out. */
  async function inEachTheme(name, part) {
    for (const theme of SHOWN) {
      await rig.setSetting('workbench.colorTheme', THEMES[theme]);
      await sleep(700);
      const clip = part && (await part.boundingBox());
      await rig.screenshot(`${name}-${theme}`, { clip: clip ?? undefined });
    }
  }

  async function walkAndVariables(name) {
    await rig.command('ptscope.showWalk');
    await rig.foldPanes(...TREES, ...OTHERS.slice(1));
    await rig.readVariables({ expand: true });
    await inEachTheme(`${name}-walk`);
  }

  async function trees(name) {
    await rig.foldPanes(...OTHERS);
    for (const title of TREES) {
      const [first] = await rig.treeRows(title);
      await rig.expandTreeRow(title, first.label);
    }
    await rig.settle();
    await inEachTheme(`${name}-trees`, rig.page.locator('.part.sidebar'));
  }

  async function history(name) {
    await rig.foldPanes(...TREES);
    await rig.command('ptscope.openHistory');
    const frame = await rig.webviewFrame('History');
    await frame.locator('.line').first().waitFor();
    await inEachTheme(`${name}-history`, rig.page.locator('.part.sidebar'));
  }

  async function console_(name) {
    await rig.debugConsole('walk heap');
    await rig.debugConsole('tables');
    await inEachTheme(`${name}-console`, rig.page.locator('.part.panel'));
    await rig.command('workbench.action.closePanel');
  }

  async function statistics(name) {
    await rig.command('ptscope.openStatistics');
    const frame = await rig.webviewFrame('Statistics');
    const tabs = frame.locator('vscode-panel-tab');
    await tabs.first().waitFor();
    for (let i = 0; i < (await tabs.count()); i++) {
      await tabs.nth(i).click();
      await sleep(300);
      await inEachTheme(`${name}-statistics${i + 1}`, await boxOf(frame));
    }
  }

  async function panel(name, title, command, drawn) {
    await rig.api((vscode, _h, id) => void vscode.commands.executeCommand(id), command);
    await acceptAnyChoice();
    const frame = await rig.webviewFrame(title);
    await frame.locator(drawn).first().waitFor({ timeout: 30_000 });
    await sleep(1500);
    await inEachTheme(`${name}-${title.split(' ')[0].toLowerCase()}`, await boxOf(frame));
  }

  /** Compare asks which schemes: those of the launch are ticked. */
  async function acceptAnyChoice() {
    await sleep(500);
    if (await rig.quickBox().isVisible()) await rig.page.keyboard.press('Enter');
  }

  /** A webview is a frame in a frame that lies over the workbench. */
  const boxOf = async (frame) => (await frame.parentFrame().frameElement()) ?? frame.frameElement();
});
