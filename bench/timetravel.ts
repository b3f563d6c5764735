/**
 * What time travel costs on long runs: `npm run bench timetravel [-- --quick] [--json]`.
 *
 * The measured code is bundled first, as it is shipped. Every workload and length runs in a process of its own, so that
 * its memory is its own.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { Figures } from './worker/timetravel';

const root = join(__dirname, '..');
const outfile = join(root, '.cache/bench/timetravel.js');
const MILLION = 1_000_000;

/** Workload, and millions of accesses: the lengths show what grows with them. */
const RUNS: readonly (readonly [workload: string, millions: number])[] = process.argv.includes('--quick')
  ? [
      ['gups8GiB', 2],
      ['local', 2],
    ]
  : [
      ['gups8GiB', 5],
      ['gups8GiB', 10],
      ['gups8GiB', 20],
      ['gups8GiB', 40],
      ['local', 5],
      ['local', 20],
      ['local', 40],
    ];

buildSync({
  absWorkingDir: root,
  entryPoints: ['bench/worker/timetravel.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
});

const results = RUNS.map(([workload, millions]): Figures => {
  const args = ['--expose-gc', outfile, workload, String(millions * MILLION)];
  const { status, stdout } = spawnSync(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the worker for ${workload} failed`);
  const figures = JSON.parse(stdout) as Figures;
  if (!process.argv.includes('--json')) console.log(textOf(figures));
  return figures;
});
if (process.argv.includes('--json')) console.log(JSON.stringify(results));

function textOf(f: Figures): string {
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
  const times = Object.entries(f.motions).map(
    ([name, { p50, p95, worst }]) =>
      `    ${name.padEnd(32)} p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms, worst ${worst.toFixed(1)} ms`,
  );
  return [
    `${f.workload}, ${f.accesses / MILLION} M accesses`,
    `    run ${f.seconds.toFixed(2)} s (${(f.accesses / f.seconds / 1e6).toFixed(1)} M/s), without checkpoints ${f.bareSeconds.toFixed(2)} s; ` +
      `longest silence ${f.longestSilenceMs.toFixed(0)} ms`,
    `    ${f.checkpoints} checkpoints of ${mb(f.checkpointBytes)}; tables ${mb(f.tableBytes)}, frame records ${mb(f.recordBytes)}, ` +
      `trace ${mb(f.traceBytes)}; process ${mb(f.rss)}, at most ${mb(f.peakRss)}`,
    ...times,
  ].join('\n');
}
