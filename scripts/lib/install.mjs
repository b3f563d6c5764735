/** Installs npm packages when they are missing or not those of the lock file. Node's builtins only: it runs first. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { servedVersion, setup } from '../../test/e2e/rig/setup.mjs';
import { note, step } from './log.mjs';
import { rig, root } from './paths.mjs';
import { npm, Problem } from './run.mjs';

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));

/**
 * npm keeps a copy of the lock file of what it really installed. Comparing the two needs no stamp of ours and is
 * right after a manual `npm install` as well. Optional packages may be absent: they belong to other platforms.
 */
function isInstalled(folder) {
  const installedLock = path.join(folder, 'node_modules/.package-lock.json');
  if (!existsSync(installedLock)) return false;
  const installed = readJson(installedLock).packages;
  const wanted = Object.entries(readJson(path.join(folder, 'package-lock.json')).packages);
  return wanted.every(([name, { version, optional, link }]) => {
    if (!name.startsWith('node_modules/') || link) return true;
    return name in installed ? installed[name].version === version : optional === true;
  });
}

/**
 * No install scripts: the packages bring what they need prebuilt, and the scripts of VS Code's server would compile
 * native modules that nothing here uses. Engine warnings are about that server, which runs on its own Node.
 */
async function installFolder(folder, title) {
  if (isInstalled(folder)) return;
  await step(`install ${title} (npm ci)`, () =>
    npm(['ci', '--include=dev', '--ignore-scripts', '--loglevel=error'], { cwd: folder }),
  );
}

export function requireNode(major) {
  const version = process.versions.node;
  if (Number(version.split('.')[0]) < major) throw new Problem(`Node ${major} or later is needed; this is ${version}`);
}

export async function installProject() {
  requireNode(20);
  await installFolder(root, 'npm packages');
}

/** The VS Code server, for the editor tests and for `npm start` without a desktop VS Code. */
export async function installRig() {
  await installFolder(rig, 'VS Code for the browser');
  setup();
  note(`VS Code ${servedVersion()} (served)`);
}
