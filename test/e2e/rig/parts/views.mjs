/** The side bar, tree views and webviews. */
import { sleep, until } from '../waiting.mjs';

export const withViews = (Base) =>
  class extends Base {
    /** Opens a view container by its title in the activity bar. */
    async showView(title) {
      const link = this.page.locator(`a.action-label[aria-label^="${title}"]`);
      const item = this.page.locator('.activitybar .action-item').filter({ has: link }).first();
      const isShown = async () => {
        const checked = await item.evaluate((element) => element.classList.contains('checked')).catch(() => false);
        return checked && this.page.locator('.part.sidebar').isVisible();
      };
      if (!(await isShown())) await item.click(); // the item, because a badge may cover the link in it
      await until(isShown, 5000, `the view container ${title}`);
    }

    pane(title) {
      const header = this.page.locator(`.pane-header[aria-label^="${title}"]`);
      return this.page.locator('.pane').filter({ has: header }).first();
    }

    /** Folds views of the side bar, so that the others have their room: lists show only rows that fit. */
    async foldPanes(...titles) {
      for (const title of titles) {
        const header = this.pane(title).locator('.pane-header').first();
        if ((await header.getAttribute('aria-expanded')) === 'true') await header.click();
      }
      await sleep(300);
    }

    /** Rows of a tree view in the container that is shown; lists are virtual, so the rendered ones. */
    async treeRows(title, { wait = true } = {}) {
      const pane = this.pane(title);
      await pane.waitFor({ timeout: 10_000 });
      const header = pane.locator('.pane-header').first();
      if ((await header.getAttribute('aria-expanded')) === 'false') await header.click();
      const rows = pane.locator('.monaco-list-row');
      if (wait) await rows.first().waitFor({ timeout: 10_000 });
      return rows.evaluateAll((elements) =>
        elements
          .sort((a, b) => Number(a.dataset.index) - Number(b.dataset.index))
          .map((row) => ({
            level: Number(row.getAttribute('aria-level')),
            label: (row.querySelector('.label-name') ?? row).textContent.trim(),
            description: row.querySelector('.label-description')?.textContent.trim(),
            expanded: row.getAttribute('aria-expanded'),
          })),
      );
    }

    async expandTreeRow(title, label) {
      const row = this.pane(title).locator('.monaco-list-row').filter({ hasText: label }).first();
      if ((await row.getAttribute('aria-expanded')) === 'false') await row.locator('.monaco-tl-twistie').click();
    }

    /** The frame that holds the extension's own HTML, found by the title of its panel or view. */
    async webviewFrame(title, timeout = 15_000) {
      const find = async () => {
        for (const frame of this.page.frames()) {
          if (await isWebview(frame, title)) return frame;
        }
        return undefined;
      };
      return until(find, timeout, `the webview "${title}"`);
    }
  };

/** A webview's document is loaded into a second frame, and takes the place of the first when it is complete. */
async function isWebview(frame, title) {
  if (!frame.url().includes('fake.html') && frame.name() !== 'active-frame') return false;
  try {
    const element = await frame.frameElement();
    const [id, name] = [await element.getAttribute('id'), await element.getAttribute('title')];
    return id !== 'pending-frame' && (name ?? '').includes(title);
  } catch {
    return false; // detached meanwhile
  }
}
