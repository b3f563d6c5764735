/** Remembers what a build read and wrote, so that the next one can be skipped when nothing has changed. */
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cache, fromRoot } from './paths.mjs';

const stampFile = path.join(cache, 'build.json');

function fingerprint(file) {
  const { mtimeMs, size } = statSync(fromRoot(file), { throwIfNoEntry: false }) ?? {};
  return size === undefined ? 'absent' : `${mtimeMs}/${size}`;
}

const fingerprints = (files) => Object.fromEntries(files.map((file) => [file, fingerprint(file)]));

/** `recipe` is everything besides files that the result depends on: options and the list of entry points. */
export function isFresh(recipe) {
  try {
    const stamp = JSON.parse(readFileSync(stampFile, 'utf8'));
    const unchanged = ([file, print]) => print !== 'absent' && fingerprint(file) === print;
    return stamp.recipe === recipe && Object.entries(stamp.files).every(unchanged);
  } catch {
    return false;
  }
}

export function rememberBuild(recipe, files) {
  mkdirSync(cache, { recursive: true });
  writeFileSync(stampFile, JSON.stringify({ recipe, files: fingerprints(files) }));
}
