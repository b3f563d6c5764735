/** Runs the TextMate grammar tests of test/grammar and counts their cases. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { note } from './lib/log.mjs';
import { fromRoot } from './lib/paths.mjs';
import { main, tool } from './lib/run.mjs';
import { addToTally } from './lib/tally.mjs';

/** Each `testcase` of the reports is one source line with its assertions. */
function count(reports) {
  const cases = readdirSync(reports).flatMap((file) =>
    readFileSync(path.join(reports, file), 'utf8').split('<testcase').slice(1),
  );
  const failed = cases.filter((text) => /<(failure|error)\b/.test(text)).length;
  return { passed: cases.length - failed, failed };
}

await main(async () => {
  const files = readdirSync(fromRoot('test/grammar'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /^\.pt\w+$/.test(path.extname(entry.name)))
    .map((entry) => path.join(entry.parentPath, entry.name));
  if (files.length === 0) return note('no grammar tests');
  const reports = mkdtempSync(path.join(tmpdir(), 'grammar-'));
  try {
    const script = 'vscode-tmgrammar-test/dist/unit.js';
    const code = await tool(script, ['--compact', '--xunit-report', reports, '--xunit-format', 'generic', ...files]);
    const { passed, failed } = count(reports);
    addToTally(passed, failed);
    note(`${passed} passing, ${failed} failing`);
    return code;
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }
});
