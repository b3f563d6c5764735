// Data breakpoints and journeys as a person meets them: context menus of the Variables view and of the Page Tables tree,
// the Breakpoints view, the command palette. Pictures are kept in test/e2e/artefacts.
import assert from 'node:assert/strict';
import { examples, fromRoot } from '../../../scripts/lib/paths.mjs';
import { until } from '../rig/waiting.mjs';
import { launch, sleep } from '../rig/workbench.mjs';

const AFTER_FIRST_TOUCH = 34;
/** The tick at which that line begins. */
const AFTER_TICK = 11;

describe('watching an entry', () => {
  let rig;
  const session = (command, args) =>
    rig.api((vscode, _h, command, args) => vscode.debug.activeDebugSession.customRequest(command, args), command, args);
  const moment = () => session('ptscope/moment');
  const menuItems = () => rig.page.locator('.monaco-menu-container .action-label:visible');
  const variable = (name) =>
    rig.page
      .locator('.debug-variables .monaco-list-row')
      .filter({ hasText: new RegExp(`^${name.replace(/[[\]]/g, '\\$&')}`) });
  const treeRow = (label) => rig.pane('Page Tables').locator('.monaco-list-row').filter({ hasText: label }).first();

  async function openMenu(row) {
    await row.first().click({ button: 'right' });
    await menuItems().first().waitFor();
    await sleep(300);
    return (await menuItems().allTextContents()).map((text) => text.trim()).filter(Boolean);
  }

  /** Takes the item of the open menu, and waits for the stop that follows it. */
  async function chooseAndStop(label) {
    const after = await rig.stops();
    await menuItems().filter({ hasText: label }).first().click();
    await rig.waitForStop({ after });
    return lastStop();
  }

  /** The text of the last stop: the label in the Call Stack follows it late, and cut short. */
  const lastStop = async () => (await rig.dap('stopped')).at(-1).m.body.text;

  async function unfoldTree() {
    for (const row of ['student', 'PGD[170]', 'PUD[341]', 'PMD[170]']) {
      await rig.expandTreeRow('Page Tables', row);
      await rig.settle();
    }
  }

  /** The rows at the end of the list, which has only those that can be seen: breakpoints come behind the filters. */
  const breakpoints = async () => {
    await rig.page.locator('.debug-breakpoints .monaco-list').hover();
    await rig.page.mouse.wheel(0, 2000);
    await sleep(100);
    return rig.page
      .locator('.debug-breakpoints .monaco-list-row .breakpoint')
      .evaluateAll((rows) => rows.map((row) => row.textContent.trim()));
  };

  before(async () => {
    rig = await launch({ extension: fromRoot(), workspace: examples, width: 1680, height: 1450 });
    await rig.openFile('01-first-fault.ptscen');
    await rig.gotoLine(AFTER_FIRST_TOUCH);
    await rig.api((vscode, _h, line) => {
      const { uri } = vscode.window.activeTextEditor.document;
      const at = new vscode.Location(uri, new vscode.Position(line - 1, 0));
      vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(at)]);
    }, AFTER_FIRST_TOUCH);
    await rig.page.keyboard.press('F5');
    await rig.waitForStop();
    await session('setExceptionBreakpoints', { filters: [] });
    await rig.foldPanes('Watch', 'TLB & Walk Caches');
    assert.equal((await rig.step('continue')).line, AFTER_FIRST_TOUCH);
  });

  after(() => rig?.close());

  it('offers Break on Value Change on an entry of the Variables view', async () => {
    await rig.readVariables({ expand: [] });
    for (const name of ['Page Tables', 'student', 'PGD[170]', 'PUD[341]', 'PMD[170]'])
      await rig.unfold(variable(name).and(rig.page.locator('[aria-expanded="false"]')));
    const items = await openMenu(variable('PTE[0]'));
    await rig.screenshot('menu-variable');
    for (const item of ['Break on Value Change', 'Previous Change of This Entry', 'Next Fault at This Address'])
      assert.ok(items.includes(item), `${item} is not in ${items.join(', ')}`);
    await menuItems().filter({ hasText: 'Break on Value Change' }).first().click();
    await until(
      async () => (await breakpoints()).some((text) => /PTE of heap\+0x0/.test(text)),
      5000,
      'the breakpoint',
    );
  });

  it('stops where the kernel clears it, and says so', async () => {
    const { reason } = await rig.step('continue');
    assert.match(reason, /data breakpoint: PTE of heap\+0x0 written by addr_range_remove: 0x\w+ → 0x0/);
    await rig.settle();
    await rig.screenshot('data-breakpoint');
  });

  it('goes back to where the kernel made it, and on to where its table came', async () => {
    await rig.api((vscode) => {
      const lines = vscode.debug.breakpoints.filter((b) => b instanceof vscode.SourceBreakpoint);
      vscode.debug.removeBreakpoints(lines);
    });
    const { reason } = await rig.step('reverse');
    assert.match(reason, /PTE of heap\+0x0 written by tdb_update_tobj: 0x0 → 0x\w+/);
    const before = await moment();
    await unfoldTree();
    const items = await openMenu(treeRow('PTE[0]'));
    await rig.screenshot('menu-tree');
    assert.deepEqual(items, [
      'Show Walk of This Address',
      'Open Memory',
      'Show in Address-Space Map',
      'Break on Write',
      'Break on Access',
      'Previous Change of This Entry',
      'Next Change of This Entry',
      'Previous Fault at This Address',
      'Next Fault at This Address',
      'Copy Address',
    ]);
    const came = await chooseAndStop('Previous Change of This Entry');
    assert.match(came, /PTE of heap\+0x0: its frame 0x\w+ is allocated/);
    await rig.settle();
    await rig.screenshot('previous-change');
    assert.equal((await moment()).tick, before.tick);
  });

  it('finds the fault of an entry, and stays where there is no other', async () => {
    const after = await rig.stops();
    await rig.runCommand('ptscope: Previous Fault at This Address');
    await rig.typeInput('heap');
    await rig.waitForStop({ after });
    assert.match(await lastStop(), /page fault: minor, anonymous, write to 0x5555_5540_0000/);
    const here = await moment();
    const again = await rig.stops();
    await rig.runCommand('ptscope: Previous Fault at This Address');
    await rig.typeInput('heap');
    await rig.waitForStop({ after: again });
    assert.deepEqual(await moment(), here);
    await rig.command('notifications.showList');
    await until(
      async () =>
        (await rig.notifications()).some((t) => /There is no earlier page fault at 16 pages from heap/.test(t)),
      5000,
      'the message',
    );
    await rig.screenshot('no-earlier-fault');
    await rig.command('notifications.clearAll');
  });

  it('goes to a tick', async () => {
    const after = await rig.stops();
    await rig.runCommand('ptscope: Go to Tick…');
    await rig.typeInput('4');
    await rig.waitForStop({ after });
    const { tick, event } = await moment();
    assert.deepEqual([tick, event], [4, 0]);
  });

  it('breaks on writes of a row of the Page Tables tree, as a breakpoint that is listed', async () => {
    const after = await rig.stops();
    await session('ptscope/seek', { tick: AFTER_TICK, event: 0 });
    await rig.waitForStop({ after });
    await rig.settle();
    await unfoldTree();
    await openMenu(treeRow('PTE[0]'));
    await menuItems().filter({ hasText: 'Break on Write' }).first().click();
    const listed = async () =>
      (await breakpoints()).some((text) => /^write PTE\[0\] of 0x555555400000 at entry:pa:0x/.test(text));
    await until(listed, 5000, 'the breakpoint in the list');
    await rig.settle();
    await rig.screenshot('breakpoints');
  });

  it('has put no error on the console and into no notification', async () => {
    assert.deepEqual(await rig.notifications(), []);
    assert.deepEqual(rig.problems, []);
  });
});
