/** An accessibility checker (axe-core) over the page of a webview. */
import fs from 'node:fs';
import { createRequire } from 'node:module';

/** What counts: a person could not use the view, or hardly. */
const SERIOUS = new Set(['serious', 'critical']);

/** Rules about whole documents: a webview is a part of one. */
const OF_WHOLE_PAGES = [
  'document-title',
  'html-has-lang',
  'landmark-one-main',
  'page-has-heading-one',
  'region',
  'bypass',
];

/** About names that are spoken as they are written: what is drawn in pieces has a sentence for its name. */
const OF_WRITTEN_NAMES = ['label-content-name-mismatch'];

/** Serious findings, each in a line: the rule, what it says, and the first element. `frame`: see `webviewFrame`. */
export async function seriousFindings(frame) {
  const source = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // Evaluated by the debugger's protocol, which the page's content security policy does not hold back.
  await frame.evaluate(source);
  const violations = await frame.evaluate(
    async (disabled) => {
      const rules = Object.fromEntries(disabled.map((rule) => [rule, { enabled: false }]));
      const results = await globalThis.axe.run(document, { rules, resultTypes: ['violations'] });
      return results.violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, html: nodes[0].html }));
    },
    [...OF_WHOLE_PAGES, ...OF_WRITTEN_NAMES],
  );
  return violations
    .filter(({ impact }) => SERIOUS.has(impact))
    .map(({ id, help, html }) => `${id}: ${help}: ${html.slice(0, 160)}`);
}
