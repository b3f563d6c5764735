/** One workbench: its life, the extension API from outside, pictures. */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { workbenchUrl } from '../server.mjs';
import { sleep, until } from '../waiting.mjs';

const ARTEFACTS = fileURLToPath(new URL('../../artefacts', import.meta.url));
const START_TIMEOUT_MS = 60_000;

export class Core {
  /** `parts`: options, server, browser, page, console (see workbench.mjs), timing. */
  constructor(parts) {
    Object.assign(this, parts);
    this.workspace = this.options.workspace;
    this.hasProbe = this.options.probe !== false;
    this.shots = this.options.shots ?? ARTEFACTS;
  }

  /** Errors on the page's console so far, without the known noise. */
  get problems() {
    return this.console.problems;
  }

  async open() {
    const { options, server, page } = this;
    const target = options.web ? { ...options, extension: undefined } : options;
    await page.goto(workbenchUrl(server.port, target), { waitUntil: 'domcontentloaded' });
    await page.waitForSelector('.monaco-workbench .part.statusbar', { timeout: START_TIMEOUT_MS });
    await this.ready();
  }

  /** Loads the workbench anew: same server and browser, new extension host, perhaps another workspace. */
  async reload(change = {}) {
    Object.assign(this.options, change);
    this.workspace = this.options.workspace;
    this.probe = undefined;
    fs.rmSync(this.probeFile, { force: true });
    this.console.muted = true; // a page that unloads complains about every pending call
    await this.page.goto('about:blank');
    this.console.muted = false;
    await this.open();
  }

  async close() {
    this.console.muted = true;
    await this.browser.close().catch(() => {});
    await this.server.stop();
  }

  /** The workbench is restored and the extension host has finished activating. */
  async ready(timeout = START_TIMEOUT_MS) {
    const { page } = this;
    await page.waitForFunction(() => globalThis.driver !== undefined, null, { timeout });
    await page.evaluate(() => globalThis.driver.whenWorkbenchRestored());
    const idle = () => {
      const items = [...document.querySelectorAll('.statusbar-item')].map((item) => item.textContent);
      return !items.some((text) => /Activating Extensions|Opening Remote|Connecting/.test(text));
    };
    await page.waitForFunction(idle, null, { timeout });
  }

  // ---- the extension API, from outside

  get probeFile() {
    return path.join(this.server.dir, 'probe.json');
  }

  /**
   * Runs `work(vscode, { dap, open, require, context }, ...args)` inside the extension host. The function travels as
   * text: it sees its arguments alone. Arguments and result are JSON.
   */
  async api(work, ...args) {
    const readProbe = () => fs.existsSync(this.probeFile) && JSON.parse(fs.readFileSync(this.probeFile, 'utf8'));
    this.probe ??= await until(readProbe, 30_000, 'the probe extension');
    const response = await fetch(`http://127.0.0.1:${this.probe.port}/`, {
      method: 'POST',
      headers: { 'x-token': this.probe.token },
      body: JSON.stringify({ source: String(work), args }),
    });
    const { ok, value, error } = await response.json();
    if (!ok) throw new Error(`in the extension host: ${error}`);
    return value;
  }

  /** Changes a user setting while running: theme, font size, an extension's own. */
  setSetting(key, value) {
    return this.api(
      async (vscode, _helpers, name, wanted) => {
        await vscode.workspace.getConfiguration().update(name, wanted, vscode.ConfigurationTarget.Global);
      },
      key,
      value,
    );
  }

  /** Executes a command by its id; its result comes back when it is JSON. Build Uris and Positions inside `api`. */
  command(id, ...args) {
    return this.api(
      async (vscode, _helpers, name, values) => {
        const result = await vscode.commands.executeCommand(name, ...values);
        try {
          return JSON.parse(JSON.stringify(result));
        } catch {
          return undefined;
        }
      },
      id,
      args,
    );
  }

  // ---- commands and quick open

  /** Types into the quick input and takes the row `pick`; `enter: false` only waits for the row. */
  async quick(text, { pick, exact, enter = true, timeout = 15_000 } = {}) {
    const { page } = this;
    const box = this.quickBox();
    if (!(await box.isVisible().catch(() => false))) await page.keyboard.press('F1');
    await box.waitFor({ state: 'visible', timeout });
    await box.fill(text);
    const label = page.locator('.label-name', exact ? { hasText: exactly(pick) } : { hasText: pick });
    const row = this.quickRows().filter({ has: label }).first();
    await row.waitFor({ state: 'visible', timeout });
    if (!enter) return;
    await row.click();
    // Some commands go on asking in the same box.
    await page
      .locator('.quick-input-widget')
      .waitFor({ state: 'hidden', timeout: 3000 })
      .catch(() => {});
  }

  /** A check box hides in front of the input: the type tells them apart. */
  quickBox() {
    return this.page.locator('.quick-input-widget:visible input[type=text]').first();
  }

  quickRows() {
    return this.page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row');
  }

  /** Runs a command by its palette title, such as 'View: Close All Editors'. */
  runCommand(title) {
    return this.quick(`>${title}`, { pick: title, exact: true });
  }

  /** Answers a quick pick that a command has opened. */
  async pickItem(label) {
    await this.quickRows().filter({ hasText: label }).first().click();
  }

  /** Answers an input box that a command has opened. */
  async typeInput(text) {
    await this.quickBox().fill(text);
    await this.page.keyboard.press('Enter');
  }

  notifications() {
    return this.page.locator('.notification-list-item .notification-list-item-message').allTextContents();
  }

  // ---- pictures

  /** Saves a picture under artefacts/ and returns its path. */
  async screenshot(name, { clip, hovers = false } = {}) {
    fs.mkdirSync(this.shots, { recursive: true });
    const file = path.join(this.shots, `${name}.png`);
    if (!hovers) await this.page.mouse.move(700, 1);
    await sleep(350);
    // In the main document only: a style put into every frame trips the webviews' content security policy.
    const content = '.workbench-hover-container, .monaco-hover { display: none !important; }';
    const style = hovers ? undefined : await this.page.addStyleTag({ content });
    await this.page.screenshot({ path: file, clip });
    await style?.evaluate((element) => element.remove());
    return file;
  }
}

const exactly = (text) => new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
