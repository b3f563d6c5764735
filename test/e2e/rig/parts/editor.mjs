/** The text editor: opening files, lines, breakpoints in the margin, colours. */
import path from 'node:path';
import { sleep, until } from '../waiting.mjs';

const BREAKPOINT =
  '.glyph-margin-widgets [class*="codicon-debug-breakpoint"], ' +
  '.glyph-margin-widgets [class*="codicon-debug-stackframe-dot"]';
const STACK_FRAME = '.glyph-margin-widgets [class*="codicon-debug-stackframe"]';

/** Lenses above lines come late, and move what is below them: where a line is once it has stayed there for a while. */
async function steadyBox(locator) {
  let box = await locator.boundingBox();
  for (let same = 0; same < 5;) {
    await sleep(200);
    const now = await locator.boundingBox();
    same = now?.y === box?.y ? same + 1 : 0;
    box = now;
  }
  return box;
}

export const withEditor = (Base) =>
  class extends Base {
    /** Opens a file of the workspace: through the API (fast), or through quick open as a person would. */
    async openFile(name, { line, via = this.hasProbe ? 'api' : 'quickopen' } = {}) {
      const base = path.basename(name);
      if (via === 'quickopen') await this.quick(base, { pick: base });
      else {
        await this.api(
          async (vscode, _helpers, file) => {
            await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: false });
          },
          path.resolve(this.workspace, name),
        );
      }
      const group = this.page.locator('.editor-group-container.active');
      await group.locator('.tab.active', { hasText: base }).waitFor({ timeout: 15_000 });
      await group.locator('.monaco-editor .view-line').first().waitFor();
      if (line) await this.gotoLine(line);
    }

    async gotoLine(line) {
      const { page } = this;
      await page.keyboard.press('F1');
      await this.quickBox().fill(`:${line}`);
      await sleep(150);
      await page.keyboard.press('Enter');
      await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    }

    editor() {
      return this.page.locator('.editor-group-container.active .editor-instance .monaco-editor').first();
    }

    async lineNumberBox(line) {
      const numbers = this.editor().locator('.margin-view-overlays .line-numbers');
      const number = numbers.filter({ hasText: new RegExp(`^${line}$`) }).first();
      if (!(await number.isVisible().catch(() => false))) await this.gotoLine(line);
      await number.waitFor({ timeout: 5000 });
      return steadyBox(number);
    }

    /** Clicks the margin beside a line, as a person does; returns the lines with breakpoints afterwards. */
    async toggleBreakpoint(line) {
      const number = await this.lineNumberBox(line);
      const margin = await this.editor().locator('.margin').first().boundingBox();
      return this.breakpointsAfter(() => this.page.mouse.click(margin.x + 10, number.y + number.height / 2));
    }

    /** The same through the command palette. */
    async toggleBreakpointByCommand(line) {
      await this.gotoLine(line);
      return this.breakpointsAfter(() => this.runCommand('Debug: Toggle Breakpoint'));
    }

    async breakpointsAfter(action) {
      const before = (await this.breakpointLines()).join();
      await action();
      await until(async () => (await this.breakpointLines()).join() !== before, 5000, 'a breakpoint to change');
      return this.breakpointLines();
    }

    /** Lines of the visible part of the active editor that carry a breakpoint. */
    async breakpointLines() {
      const lines = await this.linesOfGlyphs(BREAKPOINT, (glyph) => !glyph.includes('hint'));
      return [...new Set(lines)].sort((a, b) => a - b);
    }

    /** The line that is marked as the top stack frame in the active editor. */
    async currentLine() {
      const [top] = await this.linesOfGlyphs(STACK_FRAME, (glyph) => !glyph.includes('focused'));
      return top ?? (await this.linesOfGlyphs(STACK_FRAME, () => true))[0];
    }

    /** A glyph belongs to the line number that is drawn nearest to it. */
    async linesOfGlyphs(selector, accepts) {
      const { numbers, glyphs } = await this.editor().evaluate((editor, glyphSelector) => {
        const top = (element) => element.getBoundingClientRect().top;
        const all = (wanted) => [...editor.querySelectorAll(wanted)];
        return {
          numbers: all('.margin-view-overlays .line-numbers').map((e) => ({ line: Number(e.textContent), y: top(e) })),
          glyphs: all(glyphSelector).map((e) => ({ className: e.className, y: top(e) })),
        };
      }, selector);
      const nearest = (y) => numbers.reduce((a, b) => (Math.abs(b.y - y) < Math.abs(a.y - y) ? b : a)).line;
      return glyphs.filter(({ className }) => accepts(className)).map(({ y }) => nearest(y));
    }

    /** Coloured pieces of a line as [text, class]; the class mtkN says which colour of the theme is used. */
    async tokens(line) {
      const { y } = await this.lineNumberBox(line);
      return this.editor().evaluate((editor, top) => {
        const lines = [...editor.querySelectorAll('.view-lines .view-line')];
        const row = lines.find((element) => Math.abs(element.getBoundingClientRect().top - top) < 3);
        const pieces = [...(row?.querySelectorAll('span > span') ?? [])];
        return pieces.map((piece) => [piece.textContent.replace(/\u00a0/g, ' '), piece.className]);
      }, y);
    }
  };
