// The Statistics panel and the History view as a person meets them. Pictures are kept in test/e2e/artefacts.
import assert from 'node:assert/strict';
import { examples, fromRoot } from '../../../scripts/lib/paths.mjs';
import { until } from '../rig/waiting.mjs';
import { launch, sleep } from '../rig/workbench.mjs';

const EXAMPLE = '02-walk-and-tlb.ptscen';

describe('the run over time', () => {
  let rig;
  let statistics;
  let history;
  const session = (command, args) =>
    rig.api((vscode, _h, command, args) => vscode.debug.activeDebugSession.customRequest(command, args), command, args);
  const moment = () => session('ptscope/moment');
  const palette = (title) => rig.runCommand(`ptscope: ${title}`);

  /** Does something that moves the cursor, and waits until all views know where to; a view may have the keyboard then. */
  async function moving(action) {
    const after = await rig.stops();
    await action();
    await until(async () => (await rig.stops()) > after, 20_000, 'the cursor to move');
    await rig.settle();
    return moment();
  }

  before(async () => {
    rig = await launch({
      extension: fromRoot(),
      workspace: examples,
      width: 1680,
      height: 1250,
      settings: { 'ptscope.walk.openAutomatically': false },
    });
    await rig.openFile(EXAMPLE);
    await rig.page.keyboard.press('F5');
    await rig.waitForStop();
    await session('setExceptionBreakpoints', { filters: [] });
    // To beyond the end and back: now all of the run is known.
    await moving(() => session('ptscope/seek', { tick: 1e9, event: 0 }));
    const { ticks } = await session('ptscope/history');
    await moving(() => session('ptscope/seek', { tick: ticks - 2, event: 0 }));
  });

  after(() => rig?.close());

  it('is drawn by a command, with the cursor on the time axis', async () => {
    await palette('Open Statistics');
    statistics = await rig.webviewFrame('Statistics');
    await statistics.locator('svg.plotFigure').first().waitFor();
    const titles = await statistics.locator('.plot h2').allTextContents();
    for (const title of ['Miss rates', 'Walk latency', 'Page faults', 'Page-table memory', 'Kernel instructions'])
      assert.ok(titles.includes(title), `${title} is not in ${titles.join(', ')}`);
    assert.equal(await statistics.locator('svg.plotFigure .mark.now').count(), titles.length);
    await rig.screenshot('statistics-dark');
  });

  it('goes to where a plot is clicked, and says there what the counters were', async () => {
    const before = await moment();
    const plot = statistics.locator('.plotArea').first();
    const { width } = await plot.boundingBox();
    const there = await moving(() => plot.click({ position: { x: 62 + (width - 72) / 2, y: 60 } }));
    assert.ok(there.tick > 0 && there.tick < before.tick, `it is at ${there.tick}, and was at ${before.tick}`);
    await until(
      async () => (await statistics.locator('.facts').innerText()).includes(there.tick.toLocaleString('en')),
      5000,
      'the view to follow',
    );
  });

  it('goes by the keyboard, too', async () => {
    const plot = statistics.locator('.plotArea').first();
    await plot.focus();
    await plot.press('Home');
    assert.match(await plot.getAttribute('aria-valuetext'), /^tick 0, /);
    await plot.press('ArrowRight');
    const tick = Number(await plot.getAttribute('aria-valuenow'));
    assert.equal((await moving(() => plot.press('Enter'))).tick, tick);
  });

  it('is told in tables, too', async () => {
    await statistics.locator('vscode-checkbox').click();
    await statistics.locator('table.numbers').first().waitFor();
    assert.ok((await statistics.locator('table.numbers').first().locator('tbody tr').count()) > 3);
    await statistics.locator('vscode-checkbox').click();
    await statistics.locator('svg.plotFigure').first().waitFor();
  });

  it('shows the kernel’s work as a flame graph', async () => {
    await moving(() => session('ptscope/seek', { tick: 2000, event: 0 }));
    await statistics.locator('vscode-panel-tab#work').click();
    const frames = statistics.locator('svg.flame .frame');
    await frames.first().waitFor();
    await statistics.locator('[data-frame="page_fault"]').click();
    await statistics.locator('.frame.zoomed').waitFor();
    assert.equal(await statistics.locator('[data-frame="system_call"]').count(), 0);
    await rig.screenshot('statistics-flame');
    await statistics.locator('[data-frame=""]').click();
  });

  it('compares with a pinned moment', async () => {
    await moving(() => session('ptscope/seek', { tick: 3, event: 0 }));
    await palette('Pin This Moment');
    await moving(() => session('ptscope/seek', { tick: 40, event: 0 }));
    await statistics.locator('vscode-panel-tab#counters').click();
    await statistics.locator('tr.differs').first().waitFor();
    const total = statistics.locator('tr[title="stats.accesses.total"]');
    assert.match(await total.locator('.changed').innerText(), /^\+\d+$/);
    await rig.screenshot('statistics-pinned');
    await palette('Unpin the Moment');
    await until(async () => (await statistics.locator('tr.differs').count()) === 0, 5000, 'the differences to go');
    await statistics.locator('vscode-panel-tab#time').click();
  });

  it('is listed in the History view, with the current moment marked', async () => {
    for (const pane of ['Variables', 'Watch', 'Breakpoints']) await fold(pane);
    await palette('Open History');
    history = await rig.webviewFrame('History');
    const now = history.locator('.line.now');
    await now.waitFor();
    assert.equal(Number(await now.getAttribute('data-tick')), (await moment()).tick);
    await until(async () => (await history.locator('.line.unknown').count()) === 0, 5000, 'all lines to be known');
    await rig.screenshot('history-dark');
  });

  it('goes to the line that is clicked', async () => {
    const line = history.locator('.line.past').first();
    const tick = Number(await line.getAttribute('data-tick'));
    assert.equal((await moving(() => line.click())).tick, tick);
    await history.locator(`.line.now[data-tick="${tick}"]`).waitFor();
  });

  it('lists page faults, and goes into their handlers', async () => {
    await history.locator('vscode-dropdown').click();
    await history.locator('vscode-option', { hasText: 'Page faults' }).click();
    const fault = history.locator('.line', { hasText: 'read clean' });
    await fault.locator('.badge.fault').waitFor();
    await rig.screenshot('history-faults');
    await moving(() => fault.click());
    assert.match((await rig.readCallStack()).find((row) => row.frame).frame, /^tdb_find_tobj/);
  });

  it('keeps marks, and goes from one to the next', async () => {
    const here = await moment();
    await palette('Mark This Moment…');
    await rig.typeInput('the first fault');
    await history.locator('vscode-dropdown').click();
    await history.locator('vscode-option', { hasText: 'Marks and stops' }).click();
    const mark = history.locator('.line', { hasText: 'the first fault' });
    await mark.waitFor();
    await moving(() => session('ptscope/seek', { tick: here.tick + 10, event: 0 }));
    const back = await moving(() => palette('Go to Previous Mark'));
    assert.deepEqual([back.tick, back.event], [here.tick, here.event]);
    await mark.click({ button: 'right' });
    const items = rig.page.locator('.monaco-menu-container .action-label:visible');
    await items.first().waitFor();
    await sleep(300);
    await items.filter({ hasText: 'Remove Mark' }).first().click();
    await until(async () => (await mark.count()) === 0, 5000, 'the mark to go');
  });

  for (const theme of ['light', 'hc']) {
    it(`looks right in ${theme === 'hc' ? 'high contrast' : 'a light theme'}`, async () => {
      const { THEMES } = await import('../rig/profile.mjs');
      await rig.setSetting('workbench.colorTheme', THEMES[theme]);
      await sleep(800);
      await rig.screenshot(`statistics-${theme}`);
    });
  }

  it('has put no error on the console and into no notification', async () => {
    assert.deepEqual(await rig.notifications(), []);
    assert.deepEqual(rig.problems, []);
  });

  async function fold(title) {
    const header = rig.pane(title).locator('.pane-header').first();
    if ((await header.getAttribute('aria-expanded')) === 'true') await header.click();
  }
});
