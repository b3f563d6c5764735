/** VS Code in the browser, for `npm start` on a machine without a desktop VS Code. */
import { randomUUID } from 'node:crypto';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { startServer, workbenchUrl } from '../../test/e2e/rig/server.mjs';
import { installRig } from './install.mjs';
import { note } from './log.mjs';
import { cache, examples, firstExample, root } from './paths.mjs';
import { onPath } from './run.mjs';

/** What opens an address in the person's own browser, if this machine has one. */
function opener() {
  if (process.platform === 'darwin') return ['open'];
  if (process.platform === 'win32') return ['cmd', '/c', 'start', ''];
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  const command = (DISPLAY ?? WAYLAND_DISPLAY) && onPath('xdg-open');
  return command ? [command] : undefined;
}

function openInBrowser(url) {
  const [command, ...args] = opener() ?? [];
  if (!command) return;
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => note('no browser could be opened; open the address yourself'));
  child.unref();
}

/** Stays until Ctrl-C. The address carries a token, because whoever reaches the server can run programs. */
export async function serve({ port }) {
  await installRig();
  const token = randomUUID();
  const server = await startServer({ dir: path.join(cache, 'served'), keep: true, port, token });
  const url = workbenchUrl(server.port, {
    extension: root,
    workspace: examples,
    openFile: firstExample,
    token,
  });
  note('VS Code is served on this machine alone. Open:');
  console.log(`\n${url}\n`);
  note('Press F5 there to start debugging. Ctrl-C here ends it.');
  openInBrowser(url);
  await new Promise(() => {});
}
