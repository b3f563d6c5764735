/** The counts of several test runs, in one file that each run appends to. */
import { appendFileSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cache, fromRoot } from './paths.mjs';

/** The mocha reporter that writes such lines. */
export const reporter = fromRoot('scripts/lib/tally.cjs');

export function startTally() {
  const file = path.join(cache, 'tally.jsonl');
  mkdirSync(cache, { recursive: true });
  rmSync(file, { force: true });
  process.env.PTSCOPE_TALLY = file;
}

export function addToTally(passed, failed) {
  if (process.env.PTSCOPE_TALLY) appendFileSync(process.env.PTSCOPE_TALLY, `${JSON.stringify({ passed, failed })}\n`);
}

export function readTally() {
  let text = '';
  try {
    text = readFileSync(process.env.PTSCOPE_TALLY, 'utf8');
  } catch {
    // No run has got as far as a count.
  }
  const lines = text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const sum = (key) => lines.reduce((total, line) => total + line[key], 0);
  return { passed: sum('passed'), failed: sum('failed') };
}
