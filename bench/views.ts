/**
 * How long a stop takes until every view has what it draws, over 16 million mapped pages:
 * `npm run bench views [-- --json] [-- --quick]`.
 *
 * A real session on a loopback port, with the built adapter. The program maps and touches 64 GiB page by page (a sixteenth of
 * that with --quick), then reads at random; the cursor stands there, far from the start. Each request of a view is asked
 * alone, many times; then a person steps with all views open: from the step to the last answer of the stop.
 */
import { DebugClient } from '@vscode/debugadapter-testsupport';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { type Latency, latencyOf, latencyText } from '../test/support/latency';
import { root } from './lib/bundle';

const quick = process.argv.includes('--quick');
const GIBIBYTES = quick ? 4 : 64;
const PAGES = GIBIBYTES * 2 ** 18;
const STEPS = 30;
const TIMES = 20;

const PROGRAM = `machine {
  preset skylake
  memory ${GIBIBYTES + 8}GiB
}
process db
mmap heap ${GIBIBYTES}GiB rw anon at 0x5540_0000_0000
write heap step 4KiB
read heap random 100000 seed 3
print "end"
`;
const AT_RANDOM = PAGES + 50_000;

interface Question {
  name: string;
  command: string;
  args?: (i: number) => object;
  /** Views ask it at every stop. */
  atStops: boolean;
}

/** What views ask. A view's requests are its row here. */
const QUESTIONS: readonly Question[] = [
  { name: 'moment', command: 'ptscope/moment', atStops: false },
  { name: 'call stack', command: 'stackTrace', args: () => ({ threadId: 1 }), atStops: true },
  { name: 'scopes', command: 'scopes', args: () => ({ frameId: 1 }), atStops: true },
  { name: 'walk', command: 'ptscope/walk', atStops: true },
  { name: 'page tables', command: 'ptscope/tree', args: () => ({ tree: 'pageTables' }), atStops: true },
  { name: 'TLBs', command: 'ptscope/tree', args: () => ({ tree: 'caches' }), atStops: true },
  { name: 'statistics, with plots', command: 'ptscope/statistics', atStops: true },
  { name: 'history', command: 'ptscope/history', atStops: true },
  {
    name: 'history, rows here',
    command: 'ptscope/historyRows',
    args: () => rows('ticks', AT_RANDOM - 30),
    atStops: true,
  },
  {
    name: 'history, rows far away',
    command: 'ptscope/historyRows',
    args: (i) => rows('ticks', i * 100_003),
    atStops: false,
  },
  {
    name: 'history, faults far away',
    command: 'ptscope/historyRows',
    args: (i) => rows('faults', i * 70_001),
    atStops: false,
  },
];

const rows = (list: string, start: number): object => ({ list, start, count: 60 });

interface Row extends Latency {
  what: string;
}

function adapter(): string {
  const outfile = join(root, '.cache/bench/adapter.js');
  const options = { bundle: true, platform: 'node', format: 'cjs', target: 'node20' } as const;
  buildSync({ absWorkingDir: root, entryPoints: ['src/hosts/cli.ts'], outfile, ...options });
  return outfile;
}

function program(): string {
  const folder = join(root, '.cache/bench');
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'views.ptscen');
  writeFileSync(file, PROGRAM);
  return file;
}

async function main(): Promise<void> {
  const server = spawn(process.execPath, ['--max-old-space-size=8192', adapter(), 'dap', '--port', '0'], {
    stdio: 'pipe',
  });
  const said = (await Promise.race([once(server.stdout, 'data'), once(server.stderr, 'data')])) as Buffer[];
  const client = new DebugClient('node', '', 'ptscope');
  client.defaultTimeout = 600_000;
  await client.start(Number(/127\.0\.0\.1:(\d+)/.exec(String(said[0]))?.[1]));
  try {
    const measured = await measure(client);
    const worst = Math.max(...measured.map((row) => row.maxMs));
    if (process.argv.includes('--json')) console.log(JSON.stringify({ pages: PAGES, worstMs: worst, rows: measured }));
    else for (const row of measured) console.log(`${row.what.padEnd(34)} ${latencyText(row)}`);
  } finally {
    await client.stop();
    server.kill();
  }
}

async function measure(client: DebugClient): Promise<Row[]> {
  const stopAfter = async (action: () => Promise<unknown>): Promise<void> => {
    const stopped = client.waitForEvent('stopped', 600_000);
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
  await client.customRequest('launch', { program: program(), stopOnEntry: true });
  await initialized;
  await client.customRequest('setExceptionBreakpoints', { filters: [] });
  await stopAfter(() => client.configurationDoneRequest());
  const began = performance.now();
  await stopAfter(() => client.customRequest('ptscope/seek', { tick: AT_RANDOM, event: 0 }));
  console.error(`${PAGES} pages are mapped (${((performance.now() - began) / 1000).toFixed(1)} s)`);

  const result: Row[] = [];
  const ask = async ({ command, args }: Question, i: number): Promise<number> => {
    const asked = performance.now();
    await client.customRequest(command, args?.(i));
    return performance.now() - asked;
  };
  for (const question of QUESTIONS) {
    const latencies: number[] = [];
    // The first time the engine has not seen the code yet.
    await ask(question, TIMES);
    for (let i = 0; i < TIMES; i++) latencies.push(await ask(question, i));
    result.push({ what: question.name, ...latencyOf(latencies) });
  }
  const steps: Record<string, number[]> = { next: [], stepIn: [], stepBack: [] };
  for (const [command, latencies] of Object.entries(steps))
    for (let i = 0; i < STEPS; i++) {
      const stepped = performance.now();
      await stopAfter(() => client.customRequest(command, { threadId: 1 }));
      await Promise.all(QUESTIONS.filter(({ atStops }) => atStops).map((question) => ask(question, i)));
      latencies.push(performance.now() - stepped);
    }
  for (const [command, latencies] of Object.entries(steps))
    result.push({ what: `${command}, all views open`, ...latencyOf(latencies) });
  return result;
}

void main();
