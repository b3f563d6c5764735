/** Starts the served VS Code. Node's builtins only, so that `npm start` can use it without a browser driver. */
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  builtinsFolder,
  extensionsFolder,
  linkBuiltins,
  linkInstalled,
  THEMES,
  userDataFolder,
  writeSettings,
} from './profile.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const BIND_TIMEOUT_MS = 30_000;
const GRACE_MS = 3_000;

function vscodeFolder() {
  const folder = process.env.RIG_VSCODE ?? path.join(here, 'node_modules/code-server/lib/vscode');
  if (!fs.existsSync(path.join(folder, 'out/server-main.js'))) throw new Error(`no VS Code server in ${folder}`);
  return folder;
}

/** The server wants a newer Node than the project: its own, where npm has one for this platform. */
function serverNode() {
  const packaged = path.join(here, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
  return process.env.RIG_NODE ?? (fs.existsSync(packaged) ? packaged : process.execPath);
}

const mainScript = () => path.join(vscodeFolder(), 'out/server-main.js');

function serverArguments(dir, options) {
  return [
    mainScript(),
    ...['--host', '127.0.0.1', '--port', String(options.port ?? 0)],
    ...(options.token ? ['--connection-token', options.token] : ['--without-connection-token']),
    '--accept-server-license-terms',
    ...['--telemetry-level', 'off'],
    '--disable-workspace-trust',
    '--disable-experiments',
    '--disable-update-check',
    // Without it a built VS Code ignores extensionDevelopmentPath and extensionTestsPath in the URL.
    '--enable-smoke-test-driver',
    ...['--server-data-dir', dir],
    ...['--user-data-dir', userDataFolder(dir)],
    ...['--extensions-dir', extensionsFolder(dir)],
    ...['--builtin-extensions-dir', builtinsFolder(dir)],
    ...['--log', options.serverLog ?? 'warn'],
  ];
}

/** Sends a signal to the server and everything that it started: extension host, watchers, terminals. */
function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group is gone already.
  }
}

function portOf(child, logFile) {
  return new Promise((resolve, reject) => {
    let text = '';
    const fail = (why) => reject(new Error(`${why}\n${text}\n${fs.readFileSync(logFile, 'utf8').slice(-2000)}`));
    const timer = setTimeout(() => fail('the VS Code server did not listen in time'), BIND_TIMEOUT_MS);
    child.stdout.on('data', (data) => {
      text = (text + data).slice(-10_000);
      if (process.env.RIG_VERBOSE) process.stderr.write(`[server] ${data}`);
      const match = /Extension host agent listening on (\d+)/.exec(text);
      if (!match) return;
      clearTimeout(timer);
      resolve(Number(match[1]));
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      fail(`the VS Code server ended with exit code ${code}`);
    });
  });
}

/**
 * Options: dir (the profile; a temporary one by default), keep (leave it there), theme, settings, installed (folders of
 * extensions that count as installed), vsix (a package to install), port, token, env, serverLog.
 */
export async function startServer(options = {}) {
  const dir = options.dir ?? fs.mkdtempSync(path.join(os.tmpdir(), 'rig-'));
  const theme = options.theme && { 'workbench.colorTheme': THEMES[options.theme] ?? options.theme };
  writeSettings(dir, { ...theme, ...options.settings });
  linkInstalled(dir, options.installed ?? []);
  if (options.vsix) installVsix(dir, options.vsix);
  linkBuiltins(dir, vscodeFolder());

  const log = path.join(dir, 'server.log');
  const logHandle = fs.openSync(log, 'w');
  const child = spawn(serverNode(), serverArguments(dir, options), {
    stdio: ['ignore', 'pipe', logHandle],
    detached: true, // its own process group, see signalGroup
    env: { ...process.env, NODE_OPTIONS: '', RIG_PROBE_FILE: path.join(dir, 'probe.json'), ...options.env },
  });
  fs.closeSync(logHandle);
  const removeProfile = () => {
    if (!options.keep) fs.rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  };
  const lastResort = () => {
    signalGroup(child, 'SIGKILL');
    removeProfile();
  };
  process.once('exit', lastResort);
  const exitOnSignal = () => process.exit(130);
  process.once('SIGINT', exitOnSignal);
  process.once('SIGTERM', exitOnSignal);

  const stop = async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      signalGroup(child, 'SIGTERM');
      const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), GRACE_MS);
      await gone;
      clearTimeout(timer);
    }
    process.off('exit', lastResort);
    process.off('SIGINT', exitOnSignal);
    process.off('SIGTERM', exitOnSignal);
    lastResort();
  };
  try {
    return { port: await portOf(child, log), pid: child.pid, dir, log, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Installs a .vsix into a profile, as `code --install-extension` does. */
function installVsix(dir, vsix) {
  const places = ['--server-data-dir', dir, '--extensions-dir', extensionsFolder(dir)];
  const { status, stdout, stderr } = spawnSync(
    serverNode(),
    [mainScript(), '--accept-server-license-terms', '--install-extension', vsix, ...places],
    { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
  );
  if (status !== 0) throw new Error(`installing ${vsix} ended with exit code ${status}\n${stdout}${stderr}`);
}

/**
 * The address of a workbench. `extension` is one extension's folder, or a folder of such folders: the payload becomes
 * a Map, so only one development path survives. The authority of its URIs is literally `remote` in this build.
 */
export function workbenchUrl(port, { workspace, extension, tests, openFile, token }) {
  const remote = (file) => `vscode-remote://remote${path.resolve(file)}`;
  const payload = [
    ['skipWelcome', 'true'],
    ['skipReleaseNotes', 'true'],
  ];
  if (extension) payload.push(['extensionDevelopmentPath', remote(extension)]);
  if (tests) payload.push(['extensionTestsPath', remote(tests)]);
  if (openFile) payload.push(['openFile', remote(openFile)]);
  const query = new URLSearchParams();
  if (token) query.set('tkn', token);
  if (workspace) query.set(workspace.endsWith('.code-workspace') ? 'workspace' : 'folder', path.resolve(workspace));
  else query.set('ew', 'true');
  query.set('payload', JSON.stringify(payload));
  return `http://127.0.0.1:${port}/?${query}`;
}
