/**
 * How long requests wait for an answer while the machine runs: `npm run bench responsiveness [-- --json] [-- --quick]`.
 *
 * A real session on a loopback port, with the built adapter. During each long motion it is asked at random moments (fixed
 * seed) what an editor asks; then it is paused, and the time to the stop is measured, too. Motions that end before enough
 * was asked say how much was.
 */
import { DebugClient } from '@vscode/debugadapter-testsupport';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { writeBigTrace } from '../test/support/bigTrace';
import { type Latency, latenciesUntil, latencyOf, latencyText } from '../test/support/latency';
import { root } from './lib/bundle';

const quick = process.argv.includes('--quick');
const MILLIONS = quick ? 4 : 20;
const REQUESTS = quick ? 40 : 150;
const MINOR = 'fault.minor';
/** Asked at every fault or miss, and never true: searches that look at a great many ticks. */
const NEVER = 'access.va == 1';

interface Row extends Latency {
  motion: string;
  /** From the pause request to the stop; absent where the motion had ended before. */
  pauseMs?: number;
}

function adapter(): string {
  const outfile = join(root, '.cache/bench/adapter.js');
  const options = { bundle: true, platform: 'node', format: 'cjs', target: 'node20' } as const;
  buildSync({ absWorkingDir: root, entryPoints: ['src/hosts/cli.ts'], outfile, ...options });
  return outfile;
}

function traceFile(): string {
  const folder = join(root, '.cache/bench');
  const file = join(folder, `big-${MILLIONS}M.lackey`);
  mkdirSync(folder, { recursive: true });
  if (!existsSync(file)) {
    writeBigTrace(`${file}.part`, { accesses: MILLIONS * 1e6 });
    renameSync(`${file}.part`, file);
  }
  return file;
}

async function main(): Promise<void> {
  const env = { ...process.env, PTSCOPE_TRACE_CACHE: join(root, '.cache/bench/kept') };
  const server = spawn(process.execPath, [adapter(), 'dap', '--port', '0'], { env, stdio: 'pipe' });
  const said = (await Promise.race([once(server.stdout, 'data'), once(server.stderr, 'data')])) as Buffer[];
  const client = new DebugClient('node', '', 'ptscope');
  client.defaultTimeout = 600_000;
  await client.start(Number(/127\.0\.0\.1:(\d+)/.exec(String(said[0]))?.[1]));
  try {
    const rows = await measure(client);
    const all = { p95Ms: Math.max(...rows.map((r) => r.p95Ms)), maxMs: Math.max(...rows.map((r) => r.maxMs)) };
    if (process.argv.includes('--json')) console.log(JSON.stringify({ millionAccesses: MILLIONS, ...all, rows }));
    else for (const row of rows) console.log(textOf(row));
  } finally {
    await client.stop();
    server.kill();
  }
}

async function measure(client: DebugClient): Promise<Row[]> {
  let over = true;
  client.on('stopped', () => (over = true));
  client.on('terminated', () => (over = true));
  const ended = async (): Promise<void> => {
    while (!over) await new Promise((resolve) => setTimeout(resolve, 1));
  };
  const rows: Row[] = [];
  const during = async (motion: string, begin: () => Promise<unknown>): Promise<void> => {
    over = false;
    await begin();
    let asked = 0;
    const latencies = await latenciesUntil(client, () => over || asked++ >= REQUESTS);
    const row: Row = { motion, ...latencyOf(latencies) };
    if (!over) {
      const began = performance.now();
      await client.customRequest('pause', { threadId: 1 });
      await ended();
      row.pauseMs = performance.now() - began;
    }
    rows.push(row);
  };
  const filters = (filterId: string, condition?: string): Promise<unknown> =>
    client.customRequest('setExceptionBreakpoints', { filters: [], filterOptions: [{ filterId, condition }] });
  const seek = (tick: number) => () => client.customRequest('ptscope/seek', { tick, event: 0 });
  const go = (command: string) => () => client.customRequest(command, { threadId: 1 });

  await client.initializeRequest({
    adapterID: 'ptscope',
    linesStartAt1: true,
    columnsStartAt1: true,
    pathFormat: 'path',
  });
  const initialized = client.waitForEvent('initialized');
  await client.customRequest('launch', { program: traceFile(), stopOnEntry: true });
  await initialized;
  over = false;
  await client.configurationDoneRequest();
  await ended();
  await filters(MINOR, '1_000_000');
  await during('run to a page fault that never comes', go('continue'));
  await client.customRequest('setExceptionBreakpoints', { filters: [] });
  await during('go to the last tick', seek(MILLIONS * 1e6));
  await filters(MINOR, NEVER);
  await during('back, over page faults', go('reverseContinue'));
  await filters('tlb.miss', NEVER);
  await during('back, over TLB misses', go('reverseContinue'));
  await during('on, over TLB misses', go('continue'));
  return rows;
}

function textOf(row: Row): string {
  const paused = row.pauseMs === undefined ? 'ended' : `paused in ${row.pauseMs.toFixed(1)} ms`;
  return `${row.motion.padEnd(38)} ${latencyText(row)}; ${paused}`;
}

void main();
