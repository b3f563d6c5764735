/**
 * What the kernel's work costs per page: `npm run bench faults [-- --json] [-- --quick] [-- --rounds N]`.
 *
 * A million demand faults, then fork, copy-on-write, exit, mprotect, an iterator's scan and munmap over the same pages, with the
 * radix driver and with EMT's architecture-neutral defaults alone. The first touches stand next to those of the C++ model,
 * which only makes the tables: what is above it is the kernel, written against EMT. CPU seconds, median of the rounds.
 */
import { spawnSync } from 'node:child_process';
import { loadavg } from 'node:os';
import { bundled, root } from './lib/bundle';
import { compileReference, runReference } from './lib/reference';
import { workloadFile } from './lib/workloads';
import type { Figures } from './worker/faults';

const argument = (name: string): string | undefined => {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
};
const pages = process.argv.includes('--quick') ? 1 << 17 : 1 << 20;
const rounds = Number(argument('--rounds') ?? 3);
const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1];

function engine(worker: string, defaults: 'none' | 'all'): Figures {
  const { status, stdout } = spawnSync(process.execPath, ['--expose-gc', worker, String(pages), defaults], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error('the engine failed');
  return JSON.parse(stdout) as Figures;
}

const worker = bundled('faults');
const reference = compileReference();
const touch = workloadFile(root, 'touch', pages);
const model: number[] = [];
const runs: Record<'driver' | 'defaults', Figures[]> = { driver: [], defaults: [] };
for (let i = 0; i < rounds; i++) {
  if (reference !== undefined) model.push((1e9 * runReference(reference, touch).seconds) / pages);
  runs.driver.push(engine(worker, 'none'));
  runs.defaults.push(engine(worker, 'all'));
}

const of = (which: 'driver' | 'defaults', name: string): number => median(runs[which].map((f) => f.perPage[name]));
const [{ perPage, memoryBytes, tableBytes }] = runs.driver;
const rows = Object.keys(perPage).map((name) => ({
  name,
  driver: of('driver', name),
  defaults: of('defaults', name),
  reference: name === 'first touch' && model.length > 0 ? Math.round(median(model)) : undefined,
}));

if (process.argv.includes('--json'))
  console.log(JSON.stringify({ pages, rows, memoryBytes, tableBytes, load: loadavg() }));
else {
  console.log(`${pages.toLocaleString('en')} pages; CPU nanoseconds a page; load ${loadavg()[0].toFixed(1)}`);
  for (const { name, driver, defaults, reference: c } of rows)
    console.log(
      `  ${name.padEnd(20)} ${String(driver).padStart(6)}   defaults ${String(defaults).padStart(6)}` +
        (c === undefined ? '' : `   C++ ${c}`),
    );
  const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(`  memory after the first touches: ${mb(memoryBytes)}, of which page tables ${mb(tableBytes)}`);
}
