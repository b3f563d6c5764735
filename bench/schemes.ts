/**
 * What walks cost under each scheme: `npm run bench schemes [-- --json] [-- --quick] [-- --rounds N] [-- --priority]
 * [-- --scheme NAME] [-- --workload NAME]`.
 *
 * EMT's machine (preset `emt`: TLBs, caches and latencies of its simulation, table reads entering at the L2), 4 KiB pages, on the
 * traces of real programs in this repository, from their first access on (they are short: nearly every walk is of a page that
 * has just been mapped), and on GUPS over 8 GiB behind a first touch of every page. The counters are those of a deterministic machine: rounds must agree, and only the time differs.
 * `--priority`: the same with prioritised page-table lines.
 */
import { spawnSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { bundled, root } from './lib/bundle';
import type { SchemeFigures } from './worker/schemes';

const argument = (name: string): string | undefined => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};
const has = (name: string): boolean => process.argv.includes(name);
const rounds = Number(argument('--rounds') ?? 1);
const priority = has('--priority');

/** ECPT's gain hangs on what a round waits for, so it is there in both ways. */
const SCHEMES: readonly { name: string; settings: readonly string[] }[] = [
  { name: 'radix', settings: ['scheme=radix'] },
  { name: 'fpt L4L3', settings: ['scheme=fpt L4L3'] },
  { name: 'fpt L3L2', settings: ['scheme=fpt L3L2'] },
  { name: 'fpt L4L3+L2L1', settings: ['scheme=fpt L4L3+L2L1'] },
  { name: 'ecpt', settings: ['scheme=ecpt'] },
  { name: 'ecpt, wait all', settings: ['scheme=ecpt', 'ecpt wait=all'] },
];

const WORKLOADS: readonly { title: string; workload: string }[] = [
  { title: 'ls', workload: 'examples/traces/ls.lackey.gz' },
  { title: 'Python, 200,000 accesses', workload: 'test/fixtures/traces/python-200k.lackey.gz' },
  ...(has('--quick') ? [] : [{ title: 'GUPS over 8 GiB, 4 M accesses', workload: 'gups-8G:4000000' }]),
];

const worker = bundled('schemes');

function once(settings: readonly string[], workload: string): SchemeFigures {
  const machine = ['preset=emt', 'memory=16GiB', 'cache=on', `cache priority=${priority ? 'on' : 'off'}`];
  const { status, stdout } = spawnSync(
    process.execPath,
    [worker, JSON.stringify([...machine, ...settings]), workload],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`${settings.join(', ')} on ${workload} failed`);
  return JSON.parse(stdout) as SchemeFigures;
}

/** The figures of all rounds, which are the same; the time is the median. */
function measured(settings: readonly string[], workload: string): SchemeFigures {
  const all = Array.from({ length: rounds }, () => once(settings, workload));
  const [first, ...others] = all.map((f) => JSON.stringify({ ...f, seconds: 0 }));
  if (others.some((text) => text !== first)) throw new Error(`two rounds of ${settings.join(', ')} differ`);
  const seconds = all.map((f) => f.seconds).sort((a, b) => a - b)[all.length >> 1];
  return { ...all[0], seconds };
}

/** Of rows with a name, those that were asked for: whose name begins like that. */
const wanted = <T>(all: readonly T[], option: string, nameOf: (each: T) => string): T[] =>
  all.filter((each) => nameOf(each).startsWith(argument(option) ?? ''));

const tables = wanted(WORKLOADS, '--workload', (w) => w.title).map(({ title, workload }) => ({
  title,
  rows: wanted(SCHEMES, '--scheme', (s) => s.name).map(({ name, settings }) => ({
    name,
    ...measured(settings, workload),
  })),
}));

if (has('--json')) console.log(JSON.stringify({ priority, tables, load: loadavg() }));
else
  for (const { title, rows } of tables) {
    const { accesses, walks } = rows[0];
    console.log(
      `${title}: ${accesses.toLocaleString('en')} accesses measured, ${walks.toLocaleString('en')} walks of radix${priority ? ', page-table lines prioritised' : ''}`,
    );
    console.log(
      '  scheme            refs/walk  cycles/walk  from memory  cycles/access  tables KiB  flushes  kernel M instr  CPU s',
    );
    for (const r of rows) {
      const cells = [
        r.references.toFixed(3).padStart(9),
        r.latency.toFixed(1).padStart(11),
        `${(100 * r.fromMemory).toFixed(1)} %`.padStart(11),
        r.cycles.toFixed(2).padStart(13),
        (r.tableBytes / 1024).toLocaleString('en').padStart(10),
        String(r.flushes).padStart(7),
        (r.kernelInstructions / 1e6).toFixed(1).padStart(14),
        r.seconds.toFixed(1).padStart(5),
      ];
      console.log(`  ${r.name.padEnd(16)}  ${cells.join('  ')}`);
    }
  }
