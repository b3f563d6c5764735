/** Looks for a desktop VS Code (or a build of its source) that this machine can show. */
import { existsSync, realpathSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { isExecutable, onPath } from './run.mjs';

const local = process.env.LOCALAPPDATA ?? '';
const programs = process.env.PROGRAMFILES ?? '';

/** The editor itself, not the `code` command: only the former stays in the foreground and takes every argument. */
const PLACES = {
  darwin: ['Visual Studio Code', 'Visual Studio Code - Insiders', 'VSCodium'].flatMap((name) =>
    ['/Applications', path.join(os.homedir(), 'Applications')].flatMap((folder) =>
      ['Electron', 'Code', 'Code - Insiders', 'VSCodium'].map((file) =>
        path.join(folder, `${name}.app/Contents/MacOS`, file),
      ),
    ),
  ),
  win32: [path.join(local, 'Programs'), programs].flatMap((folder) => [
    path.join(folder, 'Microsoft VS Code', 'Code.exe'),
    path.join(folder, 'Microsoft VS Code Insiders', 'Code - Insiders.exe'),
    path.join(folder, 'VSCodium', 'VSCodium.exe'),
  ]),
  linux: [
    '/usr/share/code/code',
    '/usr/share/code-insiders/code-insiders',
    '/usr/share/codium/codium',
    '/opt/visual-studio-code/code',
    '/opt/vscodium-bin/codium',
    '/snap/code/current/usr/share/code/code',
  ],
};

/** `…/share/code/bin/code` is a script beside the editor `…/share/code/code`; a remote session's `code` has none. */
function besideCommand(command) {
  const file = realpathSync(command);
  const folder = path.dirname(file);
  const candidates = path.basename(folder) === 'bin' ? [path.join(path.dirname(folder), path.basename(file))] : [];
  return candidates.find((candidate) => !file.includes('remote-cli') && isExecutable(candidate));
}

const canShowWindows = () =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);

/** Its executable, or undefined. PTSCOPE_VSCODE names one; `PTSCOPE_VSCODE=none` keeps to the served VS Code. */
export function findDesktop() {
  const { PTSCOPE_VSCODE } = process.env;
  if (PTSCOPE_VSCODE) return PTSCOPE_VSCODE === 'none' ? undefined : PTSCOPE_VSCODE;
  if (!canShowWindows()) return undefined;
  const commands = ['code', 'code-insiders', 'codium'].map((name) => onPath(name)).filter(Boolean);
  const places = PLACES[process.platform] ?? [];
  return commands.map(besideCommand).find(Boolean) ?? places.find((place) => existsSync(place));
}
