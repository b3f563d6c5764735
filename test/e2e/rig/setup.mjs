/** Puts the served VS Code together after `npm ci --ignore-scripts`. Safe to repeat. Node's builtins only. */
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const vscode = path.join(here, 'node_modules/code-server/lib/vscode');

function link(target, place) {
  mkdirSync(path.dirname(place), { recursive: true });
  rmSync(place, { recursive: true, force: true });
  symlinkSync(path.relative(path.dirname(place), target), place, 'dir');
}

export function setup() {
  // Native or telemetry modules that the server asks for; a few lines stand in for each, so that nothing is compiled.
  const stubs = path.join(here, 'stubs');
  for (const folder of readdirSync(stubs)) {
    const { name } = JSON.parse(readFileSync(path.join(stubs, folder, 'package.json'), 'utf8'));
    link(path.join(stubs, folder), path.join(here, 'node_modules', name));
  }
  // The server finds its modules by walking up to ours; the browser asks for them below lib/vscode.
  link(path.join(here, 'node_modules'), path.join(vscode, 'node_modules'));
}

export function servedVersion() {
  return JSON.parse(readFileSync(path.join(vscode, 'package.json'), 'utf8')).version;
}
