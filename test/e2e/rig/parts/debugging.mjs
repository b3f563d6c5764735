/** Debug sessions: the tool bar, stops, variables, call stack, console. */
import { escapeRegExp, sleep, until } from '../waiting.mjs';

const BUTTONS = {
  next: 'debug-step-over',
  in: 'debug-step-into',
  out: 'debug-step-out',
  back: 'debug-step-back',
  continue: 'debug-continue',
  reverse: 'debug-reverse-continue',
  pause: 'debug-pause',
  restart: 'debug-restart',
  stop: 'debug-stop',
};
const VARIABLES = '.debug-variables .monaco-list-row';
const CALL_STACK = '.debug-call-stack .monaco-list-row';

export const withDebugging = (Base) =>
  class extends Base {
    /** Debug traffic so far as [{ t, session, dir: 'to' | 'from' | 'end' | 'error', m }], of one event or command. */
    dap(name) {
      return this.api(
        (_vscode, { dap }, wanted) => dap.filter(({ m }) => !wanted || m.event === wanted || m.command === wanted),
        name,
      );
    }

    stops() {
      return this.api((_vscode, { dap }) => dap.filter(({ dir, m }) => dir === 'from' && m.event === 'stopped').length);
    }

    /** Waits until no request is open and nothing has passed for `quiet` ms: views refresh about 400 ms after a stop. */
    async settle(quiet = 700, timeout = 15_000) {
      if (!this.hasProbe) return;
      const isQuiet = (_vscode, { dap, open }, silence) =>
        dap.length === 0 || (Date.now() - dap[dap.length - 1].t > silence && open.size === 0);
      await until(() => this.api(isQuiet, quiet), timeout, 'the debug traffic to settle');
      await sleep(80);
    }

    toolbar() {
      return this.page.locator('.debug-toolbar');
    }

    /** Starts a launch configuration by its name. */
    async startDebug(configuration) {
      await this.quick(`debug ${configuration}`, { pick: configuration, exact: true });
      await this.toolbar().waitFor({ state: 'visible', timeout: 20_000 });
    }

    /** Waits until a session is paused and the workbench shows it; `after`: how many stops were known before. */
    async waitForStop({ timeout = 20_000, after = 0 } = {}) {
      if (this.hasProbe) await until(async () => (await this.stops()) > after, timeout, "a 'stopped' event");
      await this.toolbar().locator('.codicon-debug-continue').first().waitFor({ state: 'visible', timeout });
      await this.showView('Run and Debug');
      // With several threads the frames may be folded away.
      const shown = this.page.locator('.debug-call-stack .stack-frame, .debug-call-stack .thread').first();
      await shown.waitFor({ state: 'visible', timeout });
      const line = await until(() => this.currentLine(), 3000).catch(() => undefined);
      return { reason: await this.stopReason(), line };
    }

    async stopReason() {
      const one = '.pane-header .call-stack-state-message';
      const several = '.debug-call-stack .state.label';
      const texts = await this.page
        .locator(`${one}, ${several}`)
        .filter({ hasText: /paused/i })
        .allTextContents();
      return texts.join(' ').trim();
    }

    async waitForEnd(timeout = 20_000) {
      await this.toolbar().waitFor({ state: 'hidden', timeout });
    }

    /** Presses a button of the tool bar (see BUTTONS). */
    async press(button) {
      await this.toolbar().locator(`.codicon-${BUTTONS[button]}`).first().click();
    }

    /** The same, then waits for the next stop or the end. */
    async step(button = 'next') {
      const after = await this.stops();
      await this.press(button);
      if (button === 'stop') return this.waitForEnd();
      const outcome = async () => {
        if ((await this.stops()) > after) return 'stopped';
        return (await this.toolbar().isHidden()) ? 'ended' : undefined;
      };
      const ended = (await until(outcome, 20_000, 'the step to finish')) === 'ended';
      return ended ? { ended } : this.waitForStop({ after });
    }

    /** The condition of an exception filter, as a person edits it in the Breakpoints view; none: an empty text. */
    async editCondition(filter, text) {
      // By its whole label: filters for parts of a kind begin with the label of the kind.
      const row = this.page.locator(`.debug-breakpoints .monaco-list-row[aria-label="${filter}"]`);
      const answers = await this.dap('setExceptionBreakpoints');
      await row.click({ button: 'right' });
      const item = this.page.locator('.monaco-menu-container .action-label:visible', { hasText: 'Edit Condition' });
      await item.first().waitFor();
      await sleep(300); // a menu takes no click at once
      await item.first().click();
      const box = this.page.locator('.debug-breakpoints .inputBoxContainer input');
      await box.waitFor({ state: 'visible', timeout: 5000 });
      // Key by key: the view draws its input anew while a value is merely set, and Delete means the breakpoint.
      for (const key of ['Control+A', 'Backspace']) await box.press(key);
      await box.pressSequentially(text);
      await box.press('Enter');
      const isSent = async () => (await this.dap('setExceptionBreakpoints')).length > answers.length;
      await until(isSent, 5000, 'the condition to be sent');
      await this.settle(300);
    }

    async stopDebug() {
      if (!(await this.toolbar().isVisible())) return;
      await this.toolbar().locator('.codicon-debug-stop, .codicon-debug-disconnect').first().click();
      await this.waitForEnd();
    }

    /** Rows of the Variables view; `expand` opens the rows of these names, or all scopes if true. */
    async readVariables({ expand = true } = {}) {
      await this.showView('Run and Debug');
      await this.settle();
      const { page } = this;
      await page.locator(VARIABLES).first().waitFor({ timeout: 10_000 });
      const shut = page.locator(`${VARIABLES}[aria-expanded="false"]${expand === true ? '[aria-level="1"]' : ''}`);
      const names = expand === true ? [] : [expand || []].flat().map(escapeRegExp);
      const folded = expand === true ? shut : shut.filter({ hasText: new RegExp(`^(${names.join('|') || '$^'})\\b`) });
      await this.unfold(folded);
      return this.readWholeList('.debug-variables .monaco-list', (rows) =>
        rows.map((row) => {
          const name = row.querySelector('.expression .name') ?? row.querySelector('.monaco-tl-contents');
          return {
            index: Number(row.dataset.index),
            level: Number(row.getAttribute('aria-level')),
            expanded: row.getAttribute('aria-expanded') ?? undefined,
            name: name.textContent.replace(/\s*[:=]\s*$/, '').trim(),
            value: row.querySelector('.expression .value')?.textContent.trim(),
          };
        }),
      );
    }

    /** Every row of a list, which draws only those that fit: reads (its rows → objects with their `index`), and scrolls on. */
    async readWholeList(list, read) {
      const found = new Map();
      await this.page.locator(list).hover();
      await this.page.mouse.wheel(0, -100_000);
      for (let before = -1; found.size > before;) {
        before = found.size;
        await sleep(150);
        for (const row of await this.page.locator(`${list} .monaco-list-row`).evaluateAll(read))
          found.set(row.index, row);
        await this.page.mouse.wheel(0, 80);
      }
      await this.page.mouse.wheel(0, -100_000);
      await sleep(150);
      return [...found.values()].sort((a, b) => a.index - b.index);
    }

    /** Sessions, threads and frames; folded threads that are paused are opened. */
    async readCallStack() {
      await this.showView('Run and Debug');
      await this.settle(500);
      const { page } = this;
      await this.unfold(page.locator(`${CALL_STACK}[aria-expanded="false"]`).filter({ hasText: /paused/i }));
      return page.locator(CALL_STACK).evaluateAll((rows) =>
        rows
          .sort((a, b) => Number(a.dataset.index) - Number(b.dataset.index))
          .map((row) => {
            const text = (selector) => row.querySelector(selector)?.textContent.trim();
            if (row.querySelector('.stack-frame')) {
              return {
                frame: text('.stack-frame .label'),
                file: text('.stack-frame .file-name'),
                at: text('.stack-frame .line-number'),
                selected: row.classList.contains('selected'),
              };
            }
            const kind = row.querySelector('.session') ? 'session' : 'thread';
            return { [kind]: text('.name'), state: text('.state.label') };
          }),
      );
    }

    /** Opens folded rows one at a time: every click renders the list anew. */
    async unfold(rows, limit = 40) {
      for (let count = 0; count < limit && (await rows.count()) > 0; count++) {
        await rows.first().locator('.monaco-tl-twistie').click();
        await sleep(120);
        await this.settle(250);
      }
    }

    /** Types an expression into the Debug Console and returns the lines that it shows afterwards. */
    async debugConsole(expression) {
      await this.runCommand('Debug Console: Focus on Debug Console View');
      const { page } = this;
      const rows = page.locator('.repl .monaco-list-row');
      if (expression !== undefined) {
        await page.locator('.repl-input-wrapper .monaco-editor').click();
        const before = await rows.count();
        await page.keyboard.type(expression);
        await sleep(100);
        await page.keyboard.press('Escape'); // closes suggestions, which would take the Enter
        await page.keyboard.press('Enter');
        await until(async () => (await rows.count()) >= before + 2, 8000, 'the Debug Console to answer');
      }
      return rows.evaluateAll((elements) =>
        elements
          .sort((a, b) => Number(a.dataset.index) - Number(b.dataset.index))
          .map((row) => (row.querySelector('.value, .output, .expression') ?? row).textContent.trim()),
      );
    }
  };
