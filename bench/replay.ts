/**
 * How fast traces run with the debugger attached, against a C++ model of the same hardware in the same run:
 * `npm run bench replay [-- --json] [-- --quick] [-- --rounds N] [-- NAME…]`.
 *
 * Rounds alternate between the two; times are CPU seconds, of all threads; a figure is the median of the rounds. The
 * counters of both must be equal, or the benchmark fails. Without a C++ compiler only the engine is measured.
 */
import { spawnSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { bundled, root } from './lib/bundle';
import { compileReference, COUNT_NAMES, type Counts, runReference } from './lib/reference';
import { workloadFile, workloads } from './lib/workloads';
import type { Round } from './worker/replay';

const argument = (name: string): string | undefined => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};
const json = process.argv.includes('--json');
const accesses = process.argv.includes('--quick') ? 2_000_000 : 20_000_000;
const rounds = Number(argument('--rounds') ?? 3);
const wanted = process.argv.slice(2).filter((a, i, all) => !a.startsWith('--') && all[i - 1] !== '--rounds');

interface Row {
  name: string;
  accesses: number;
  /** Millions of accesses a CPU second. */
  reference?: number;
  engine: number;
  /** The same in a new process, whose code is still to be compiled. */
  fresh: number;
  ratio?: number;
  /** What armed stops cost, as a share of the time without. */
  armedCost: number;
  pageWatchCost: number;
  firstPass: number;
  secondPass: number;
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];

type What = 'plain' | 'armed' | 'page' | 'passes';

/** Rounds in a process of its own; the first also compiles the code. */
function engine(worker: string, file: string, what: What): { rounds: Round[]; counts: Counts } {
  const { status, stdout } = spawnSync(process.execPath, [worker, file, '6', what], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the engine failed on ${file}`);
  return JSON.parse(stdout) as { rounds: Round[]; counts: Counts };
}

function measure(name: string, worker: string, reference: string | undefined): Row {
  const file = workloadFile(root, name, accesses);
  const theirs: number[] = [];
  const ours: Record<What, Round[]> = { plain: [], armed: [], page: [], passes: [] };
  const fresh: number[] = [];
  for (let i = 0; i < rounds; i++) {
    const model = reference === undefined ? undefined : runReference(reference, file);
    for (const what of Object.keys(ours) as What[]) {
      const result = engine(worker, file, what);
      ours[what].push(...result.rounds.slice(1));
      if (what === 'plain') fresh.push(result.rounds[0][0]);
      if (model === undefined || what === 'passes') continue;
      for (const count of COUNT_NAMES)
        if (JSON.stringify(model.counts[count]) !== JSON.stringify(result.counts[count]))
          throw new Error(`${name}: ${count} differs from the reference`);
    }
    if (model !== undefined) theirs.push(model.seconds);
  }
  const rate = (seconds: number): number => Number((accesses / seconds / 1e6).toFixed(1));
  const of = (what: What, part = 0): number => median(ours[what].map((r) => r[part]));
  const cost = (what: What): number => Number((of(what) / of('plain') - 1).toFixed(3));
  return {
    name,
    accesses,
    reference: theirs.length > 0 ? rate(median(theirs)) : undefined,
    engine: rate(of('plain')),
    fresh: rate(median(fresh)),
    ratio: theirs.length > 0 ? Number((median(theirs) / of('plain')).toFixed(2)) : undefined,
    armedCost: cost('armed'),
    pageWatchCost: cost('page'),
    firstPass: rate(of('passes', 0)),
    secondPass: rate(of('passes', 1)),
  };
}

const worker = bundled('replay');
const reference = compileReference();
const names = workloads(root)
  .map((w) => w.name)
  // First touches alone are for bench/faults.ts: at this length they would fill all memory.
  .filter((name) => name !== 'touch' && (wanted.length === 0 || wanted.includes(name)));
const before = loadavg()[0];
const rows = names.map((name) => measure(name, worker, reference));
const machine = { cpus: cpus().length, model: cpus()[0]?.model, loadBefore: before, loadAfter: loadavg()[0] };
if (json) console.log(JSON.stringify({ machine, rows }));
else {
  console.log(
    `${machine.cpus} × ${machine.model}, load ${before.toFixed(1)} before, ${machine.loadAfter.toFixed(1)} after`,
  );
  console.log('M accesses / CPU s  reference    engine  ratio   fresh   armed  a page  1st pass  2nd pass');
  for (const r of rows)
    console.log(
      [
        r.name.padEnd(18),
        String(r.reference ?? '–').padStart(10),
        String(r.engine).padStart(9),
        String(r.ratio ?? '–').padStart(6),
        String(r.fresh).padStart(7),
        `${(100 * r.armedCost).toFixed(1)}%`.padStart(7),
        `${(100 * r.pageWatchCost).toFixed(1)}%`.padStart(7),
        String(r.firstPass).padStart(9),
        String(r.secondPass).padStart(9),
      ].join(' '),
    );
}
