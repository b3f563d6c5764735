/**
 * How long the address-space map, the trees and the variables take to answer over 16 million mapped pages:
 * `npm run bench viewsMap [-- --json] [-- --quick]`.
 *
 * A real session on a loopback port, with the built adapter. The program maps and touches 64 GiB page by page (a sixteenth of
 * that with --quick). `QUESTIONS` are rows as other benchmarks of views have them; `first` are the first answers of a view,
 * which come in parts where there is much to count: each part is a row's sample.
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
const HEAP = 0x5540_0000_0000 / 4096;
const CELLS = 2048;
const TIMES = 20;
const STEPS = 20;

const PROGRAM = `machine {
  preset skylake
  memory ${GIBIBYTES + 8}GiB
}
process db
mmap heap ${GIBIBYTES}GiB rw anon at 0x5540_0000_0000
write heap step 4KiB
read heap random 100000 seed 3
`;

interface Question {
  name: string;
  command: string;
  args(i: number): object;
  /** Views ask it at every stop. */
  atStops: boolean;
}

const map = (first: number, cellPages: number): object => ({ first, cellPages, cells: CELLS });
const tree = (id: string, parent?: string): object => ({ tree: id, start: 0, count: 100, ...(parent && { parent }) });

const QUESTIONS: readonly Question[] = [
  { name: 'map, the whole', command: 'ptscope/map', args: () => map(0, 2 ** 36 / CELLS), atStops: false },
  { name: 'map, all that is mapped', command: 'ptscope/map', args: () => map(HEAP, PAGES / CELLS), atStops: true },
  { name: 'map, 8 MiB', command: 'ptscope/map', args: (i) => map(HEAP + i * 4096, 1), atStops: false },
  {
    name: 'map, a place',
    command: 'ptscope/mapPlace',
    args: (i) => ({ first: HEAP + i * 1000, pages: 2 ** 20 }),
    atStops: false,
  },
  {
    name: 'way to a row of Page Tables',
    command: 'ptscope/treePath',
    args: (i) => ({ address: `0x${((HEAP + i * 99_991) * 4096).toString(16)}` }),
    atStops: false,
  },
  { name: 'Page Tables', command: 'ptscope/tree', args: () => tree('pageTables'), atStops: true },
  { name: 'Translation Objects', command: 'ptscope/tree', args: () => tree('objects'), atStops: true },
  { name: 'Processes', command: 'ptscope/tree', args: () => tree('processes'), atStops: true },
  { name: 'Processes, parts', command: 'ptscope/tree', args: () => tree('processes', 'proc:1'), atStops: true },
];

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
  const file = join(folder, 'viewsMap.ptscen');
  writeFileSync(file, PROGRAM);
  return file;
}

async function main(): Promise<void> {
  const server = spawn(process.execPath, ['--max-old-space-size=8192', adapter(), 'dap', '--port', '0'], {
    stdio: 'pipe',
  });
  const said = (await Promise.race([once(server.stdout, 'data'), once(server.stderr, 'data')])) as Buffer[];
  const client = new DebugClient('node', '', 'ptscope');
  client.defaultTimeout = 1_200_000;
  await client.start(Number(/127\.0\.0\.1:(\d+)/.exec(String(said[0]))?.[1]));
  try {
    const rows = await measure(client);
    if (process.argv.includes('--json')) console.log(JSON.stringify({ pages: PAGES, rows }));
    else for (const row of rows) console.log(`${row.what.padEnd(34)} ${latencyText(row)}`);
  } finally {
    await client.stop();
    server.kill();
  }
}

async function measure(client: DebugClient): Promise<Row[]> {
  const stopAfter = async (action: () => Promise<unknown>): Promise<void> => {
    const stopped = client.waitForEvent('stopped', 1_200_000);
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
  await stopAfter(() => client.customRequest('ptscope/seek', { tick: PAGES + 50_000, event: 0 }));

  const rows: Row[] = [];
  const timed = async (command: string, args: object): Promise<{ ms: number; body: unknown }> => {
    const asked = performance.now();
    const { body } = (await client.customRequest(command, args)) as { body: unknown };
    return { ms: performance.now() - asked, body };
  };
  const first: number[] = [];
  for (let complete = false; !complete && first.length < 100;) {
    const { ms, body } = await timed('ptscope/map', map(0, 2 ** 36 / CELLS));
    first.push(ms);
    ({ complete } = body as { complete: boolean });
  }
  const all = first.reduce((a, b) => a + b, 0);
  rows.push({ what: `first map, ${first.length} parts, ${all.toFixed(0)} ms`, ...latencyOf(first) });
  for (const { name, command, args } of QUESTIONS) {
    const latencies: number[] = [];
    await timed(command, args(TIMES));
    for (let i = 0; i < TIMES; i++) latencies.push((await timed(command, args(i))).ms);
    rows.push({ what: name, ...latencyOf(latencies) });
  }
  rows.push({ what: 'Page Tables, down to pages', ...latencyOf(await unfolding(timed)) });
  rows.push({ what: 'variables, every scope', ...latencyOf(await scopes(timed)) });
  for (const command of ['next', 'stepIn', 'stepBack']) {
    const latencies: number[] = [];
    for (let i = 0; i < STEPS; i++) {
      const stepped = performance.now();
      await stopAfter(() => client.customRequest(command, { threadId: 1 }));
      await Promise.all(QUESTIONS.filter((q) => q.atStops).map((q) => client.customRequest(q.command, q.args(i))));
      latencies.push(performance.now() - stepped);
    }
    rows.push({ what: `${command}, all these views open`, ...latencyOf(latencies) });
  }
  return rows;
}

type Timed = (command: string, args: object) => Promise<{ ms: number; body: unknown }>;

/** Each row of the tree unfolded, along its first children. */
async function unfolding(timed: Timed): Promise<number[]> {
  const latencies: number[] = [];
  for (let parent: string | undefined, depth = 0; depth < 6; depth++) {
    const { ms, body } = await timed('ptscope/tree', tree('pageTables', parent));
    latencies.push(ms);
    const next = (body as { nodes: { id: string; hasChildren: boolean }[] }).nodes.find((n) => n.hasChildren);
    if (next === undefined) break;
    parent = next.id;
  }
  return latencies;
}

async function scopes(timed: Timed): Promise<number[]> {
  const latencies: number[] = [];
  const { body } = await timed('scopes', { frameId: 1 });
  for (const { variablesReference } of (body as { scopes: { variablesReference: number }[] }).scopes)
    latencies.push((await timed('variables', { variablesReference })).ms);
  return latencies;
}

void main();
