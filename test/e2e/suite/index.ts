/** What the extension host runs: every test module beside this one (see ../run.mjs). */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';

export function run(): Promise<void> {
  const { PTSCOPE_REPORTER, PTSCOPE_GREP } = process.env;
  const mocha = new Mocha({ ui: 'bdd', timeout: 30_000, reporter: PTSCOPE_REPORTER });
  if (PTSCOPE_GREP) mocha.grep(PTSCOPE_GREP);
  for (const file of readdirSync(__dirname)) {
    if (file.endsWith('.test.js')) mocha.addFile(path.join(__dirname, file));
  }
  return new Promise((resolve, reject) => {
    mocha.run((failures) => (failures > 0 ? reject(new Error(`${failures} failed`)) : resolve()));
  });
}
