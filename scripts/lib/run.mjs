import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { accessSync, constants } from 'node:fs';
import { fromRoot, root } from './paths.mjs';

/** A problem that a person can act on: shown as its message alone, without a stack. */
export class Problem extends Error {}

/** Runs a command in the project's root with our own stdio; resolves to its exit code. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    child.on('error', (error) => reject(new Problem(`${command} cannot be started: ${error.message}`)));
    child.on('exit', (code, signal) => resolve(signal ? 1 : code));
  });
}

export async function runOrFail(command, args, options) {
  const code = await run(command, args, options);
  if (code !== 0) throw new Problem(`${[command, ...args].join(' ')} ended with exit code ${code}`);
}

/** A tool of node_modules, run by this very Node: no npx, no shell. */
export const tool = (file, args, options) => run(process.execPath, [fromRoot('node_modules', file), ...args], options);

/** npm itself; under `npm run` npm says where it is, else it is on the PATH (a .cmd file on Windows, hence the shell). */
export function npm(args, options) {
  const own = process.env.npm_execpath;
  if (own?.endsWith('.js')) return runOrFail(process.execPath, [own, ...args], options);
  return runOrFail('npm', args, { shell: process.platform === 'win32', ...options });
}

/** The first of these executables that the PATH has. */
export function onPath(...names) {
  const suffixes = process.platform === 'win32' ? ['.exe', '.cmd'] : [''];
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = names.flatMap((name) => folders.flatMap((dir) => suffixes.map((end) => join(dir, name + end))));
  return candidates.find(isExecutable);
}

export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs a script's main function; a Problem is told in one line, anything else with its stack. */
export async function main(work) {
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    console.error(error instanceof Problem ? error.message : error);
    process.exitCode = 1;
  }
}
