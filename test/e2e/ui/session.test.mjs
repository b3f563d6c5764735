// The main path as a person walks it, in the real workbench: open the first example, F5, stop inside the page fault,
// look at everything, step in and back, go on to the end. Pictures are kept in test/e2e/artefacts.
import assert from 'node:assert/strict';
import { examples, fromRoot } from '../../../scripts/lib/paths.mjs';
import { launch, sleep } from '../rig/workbench.mjs';
import { moment, toEndOfTick, walkText } from './support.mjs';

const FIRST_TOUCH = 33;

describe('debugging the first example', () => {
  let rig;
  const now = () => moment(rig);

  before(async () => {
    rig = await launch({ extension: fromRoot(), workspace: examples, width: 1680, height: 1250 });
  });

  after(() => rig?.close());

  it('takes a breakpoint on a line, and F5 stops inside the page fault before it', async () => {
    await rig.openFile('01-first-fault.ptscen');
    await rig.gotoLine(FIRST_TOUCH + 1);
    assert.deepEqual(await rig.toggleBreakpoint(FIRST_TOUCH + 1), [FIRST_TOUCH + 1]);
    await rig.page.keyboard.press('F5');
    await rig.waitForStop();
    const stack = (await rig.readCallStack()).filter((row) => row.frame);
    assert.deepEqual(
      stack.map((row) => row.frame),
      ['tdb_find_tobj [radix]', 'handle_mm_fault', 'do_user_addr_fault', 'exc_page_fault', 'write heap'],
    );
    assert.equal(stack.at(-1).at, `${FIRST_TOUCH}:1`);
  });

  it('shows the listing with the event’s line current and highlighted', async () => {
    const line = await rig.currentLine();
    assert.equal(line, (await now()).event + 1);
    const text = await rig.api((vscode) => vscode.window.activeTextEditor.document.getText());
    assert.match(text.split('\n')[line - 1], /tdb_find_tobj\(0x5555_5540_0000\) \[radix\] \{/);
    const language = await rig.api((vscode) => vscode.window.activeTextEditor.document.languageId);
    assert.equal(language, 'ptscope-listing');
    const colours = new Set((await rig.tokens(line)).map(([, token]) => token));
    assert.ok(colours.size > 1, 'the listing has no highlighting');
  });

  it('shows the scopes of the access', async () => {
    await rig.foldPanes('Watch');
    const rows = await rig.readVariables({ expand: ['Access'] });
    const value = (name) => rows.find((row) => row.name === name)?.value;
    assert.deepEqual(['PGD', 'PUD', 'PMD', 'PTE'].map(value), ['170', '341', '170', '0']);
    assert.ok(
      rows.some((row) => row.level === 1 && row.name === 'Walk'),
      'the next scope is below it',
    );
  });

  it('shows both trees', async () => {
    const tables = await rig.treeRows('Page Tables');
    assert.equal(tables[0].label, 'student');
    assert.match(tables[0].description, /PGD at 0x100000 · 0\/512/);
    const caches = (await rig.treeRows('TLB & Walk Caches')).map((row) => row.label);
    for (const name of ['L1D TLB', 'L1I TLB', 'STLB', 'PWC PGD', 'PWC PUD', 'PWC PMD'])
      assert.ok(caches.includes(name), name);
  });

  it('draws the walk: one entry read, not present, and the fault', async () => {
    const text = await walkText(rig);
    for (const part of ['write heap', 'PGD170', 'PUD341', 'L1D TLB miss', '1 memory reference', 'CR3', '#PF', '0x6'])
      assert.ok(text.includes(part), `${part} is not in: ${text}`);
    await rig.screenshot('stop-dark');
  });

  it('steps in, and a reverse step in undoes it', async () => {
    const before = await now();
    await rig.step('in');
    assert.equal((await now()).event, before.event + 1);
    const after = await rig.stops();
    await rig.command('ptscope.reverseStepIn');
    await rig.waitForStop({ after });
    assert.equal((await now()).stateHash, before.stateHash);
  });

  it('returns to the identical state with eleven steps back and eleven forward', async () => {
    const before = await now();
    for (let i = 0; i < 11; i++) await rig.step('back');
    assert.notEqual((await now()).stateHash, before.stateHash);
    await rig.screenshot('eleven-back');
    for (let i = 0; i < 11; i++) await rig.step('next');
    assert.deepEqual(await now(), before);
  });

  it('goes on to the breakpoint; the tables are there and the walk has read four entries', async () => {
    const stop = await rig.step('continue');
    assert.equal(stop.line, FIRST_TOUCH + 1);
    await rig.settle();
    for (const row of ['student', 'PGD[170]', 'PUD[341]', 'PMD[170]']) {
      await rig.expandTreeRow('Page Tables', row);
      await rig.settle();
    }
    const leaf = (await rig.treeRows('Page Tables')).find((row) => row.label === 'PTE[0]');
    assert.match(leaf.description, /frame 0x101 · 4K · P RW US A D NX/);
    await rig.step('back');
    await toEndOfTick(rig);
    await sleep(500);
    const text = await walkText(rig);
    for (const part of ['4 memory references', 'PTE[0]', '0x101000'])
      assert.ok(text.includes(part), `${part} is not in: ${text}`);
    await rig.screenshot('walk-dark');
  });

  for (const theme of ['light', 'hc']) {
    it(`looks right in ${theme === 'hc' ? 'high contrast' : 'a light theme'}`, async () => {
      const { THEMES } = await import('../rig/profile.mjs');
      await rig.setSetting('workbench.colorTheme', THEMES[theme]);
      await sleep(800);
      const kind = await (await rig.webviewFrame('Walk')).locator('body').getAttribute('data-vscode-theme-kind');
      assert.equal(kind, theme === 'hc' ? 'vscode-high-contrast' : 'vscode-light');
      await rig.screenshot(`walk-${theme}`);
    });
  }

  it('runs to the end, and stands there', async () => {
    await rig.command('workbench.debug.viewlet.action.removeAllBreakpoints');
    await rig.api((vscode) =>
      vscode.debug.activeDebugSession.customRequest('setExceptionBreakpoints', { filters: [] }),
    );
    const { reason } = await rig.step('continue');
    assert.equal(reason, 'Paused on the end of the run');
    await rig.screenshot('end-of-run');
    const said = (await rig.dap('output')).map(({ m }) => m.body.output).join('');
    assert.match(said, /page tables at the end: 16384 bytes/);
  });

  it('goes back from there by key, and leaves by going on', async () => {
    const after = await rig.stops();
    await rig.page.keyboard.press('Alt+F10');
    await rig.waitForStop({ after });
    const { running } = await rig.api((vscode) => vscode.debug.activeDebugSession.customRequest('ptscope/moment'));
    assert.equal(running, true);
    await rig.step('continue');
    const end = await rig.step('continue');
    assert.ok(end.ended, 'the session still runs');
  });

  it('starts again with F5, although the listing of the last session is in front', async () => {
    const after = await rig.stops();
    await rig.page.keyboard.press('F5');
    const { reason } = await rig.waitForStop({ after });
    assert.match(reason, /page fault: minor/);
    await rig.settle();
    await rig.stopDebug();
  });

  it('has put no error on the console and into no notification', async () => {
    assert.deepEqual(await rig.notifications(), []);
    assert.deepEqual(rig.problems, []);
  });
});
