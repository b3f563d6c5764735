/** A real session with the built adapter, on a loopback port, for benchmarks that ask it what an editor asks. */
import { DebugClient } from '@vscode/debugadapter-testsupport';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { root } from './bundle';

const TIMEOUT_MS = 1_200_000;
const HEAP_MEGABYTES = 8192;

export interface BenchSession {
  /** How long the answer took, and what it was. */
  ask(command: string, args?: object): Promise<{ ms: number; body: unknown }>;
  /** Processor time of all threads of the adapter so far; undefined where the system does not tell. */
  cpuMs(): number | undefined;
  /** Resolves when the machine stands again. */
  stopAfter(command: string, args: object): Promise<void>;
  close(): Promise<void>;
}

function adapter(): string {
  const outfile = join(root, '.cache/bench/adapter.js');
  const options = { bundle: true, platform: 'node', format: 'cjs', target: 'node20' } as const;
  buildSync({ absWorkingDir: root, entryPoints: ['src/hosts/cli.ts'], outfile, ...options });
  return outfile;
}

function programFile(name: string, text: string): string {
  const folder = join(root, '.cache/bench');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.ptscen`);
  writeFileSync(file, text);
  return file;
}

/** Linux: /proc/PID/stat, fields 14 and 15, in hundredths of a second. */
function cpuMsOf(pid: number | undefined): number | undefined {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return undefined;
  const fields = readFileSync(file, 'utf8').split(') ')[1].split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

/** The machine stands before the first statement; no exception filter is set. */
export async function openSession(name: string, text: string): Promise<BenchSession> {
  const command = [`--max-old-space-size=${HEAP_MEGABYTES}`, adapter(), 'dap', '--port', '0'];
  const server = spawn(process.execPath, command, { stdio: 'pipe' });
  const said = (await Promise.race([once(server.stdout, 'data'), once(server.stderr, 'data')])) as Buffer[];
  const client = new DebugClient('node', '', 'ptscope');
  client.defaultTimeout = TIMEOUT_MS;
  await client.start(Number(/127\.0\.0\.1:(\d+)/.exec(String(said[0]))?.[1]));

  const stop = async (action: () => Promise<unknown>): Promise<void> => {
    const stopped = client.waitForEvent('stopped', TIMEOUT_MS);
    await action();
    await stopped;
  };
  await client.initializeRequest({
    adapterID: 'ptscope',
    linesStartAt1: true,
    columnsStartAt1: true,
    pathFormat: 'path',
  });
  const initialized = client.waitForEvent('initialized');
  await client.customRequest('launch', { program: programFile(name, text), stopOnEntry: true, stopAtEnd: true });
  await initialized;
  await client.customRequest('setExceptionBreakpoints', { filters: [] });
  await stop(() => client.configurationDoneRequest());
  return {
    async ask(command, args) {
      const asked = performance.now();
      const { body } = (await client.customRequest(command, args)) as { body: unknown };
      return { ms: performance.now() - asked, body };
    },
    cpuMs: () => cpuMsOf(server.pid),
    stopAfter: (command, args) => stop(() => client.customRequest(command, args)),
    async close() {
      await client.stop();
      server.kill();
    },
  };
}
