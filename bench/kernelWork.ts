/**
 * The kernel's work for page faults, ECPT against radix: `npm run bench kernelWork [-- --json] [-- --quick] [-- --rounds N]`.
 *
 * A region is touched page by page, or populated and then touched, with pages of 4 KiB and with huge ones. The costs are those that
 * every scheme has (docs/model.md, "Costs"): what a function costs was set once on radix tables, and a driver is charged for the
 * entries that it really reads and writes and for the hashes that it computes. Published: page faults take 1.74 times (4 KiB)
 * and 2.59 times (THP) the instructions of radix, and ECPT's own iterator saves 49.0 % of the kernel's work (EMT, §8.4).
 */
import { spawnSync } from 'node:child_process';
import { FUNCTION_GROUPS } from '../src/machine/core/functions';
import { bundled, root } from './lib/bundle';
import type { KernelFigures } from './worker/kernelWork';

const has = (name: string): boolean => process.argv.includes(name);
const rounds = Number(process.argv[process.argv.indexOf('--rounds') + 1]) || 1;
const pages = has('--quick') ? 1 << 16 : 1 << 19;

const ITERATOR = Object.keys(FUNCTION_GROUPS.customizable).filter((name) => name.startsWith('tobj_iter_'));

const VARIANTS = [
  { name: 'radix', settings: ['scheme=radix'] },
  { name: 'ecpt', settings: ['scheme=ecpt'] },
  // Emptiness is a default over an iterator: over the driver's, and over the default one.
  { name: 'ecpt, its iterator', settings: ['scheme=ecpt', 'emt defaults=addr_range_void'] },
  { name: 'ecpt, default iterator', settings: ['scheme=ecpt', `emt defaults=addr_range_void ${ITERATOR.join(' ')}`] },
] as const;

const WORK = [
  { title: '4 KiB pages, touched', how: 'touch', thp: 'never' },
  { title: '4 KiB pages, populated and touched', how: 'populate', thp: 'never' },
  { title: 'THP, touched', how: 'touch', thp: 'always' },
  { title: 'THP, populated and touched', how: 'populate', thp: 'always' },
] as const;

const worker = bundled('kernelWork');

function once(settings: readonly string[], how: string): KernelFigures {
  const { status, stdout } = spawnSync(process.execPath, [worker, JSON.stringify(settings), String(pages), how], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${settings.join(', ')} failed`);
  return JSON.parse(stdout) as KernelFigures;
}

function measured(settings: readonly string[], how: string): KernelFigures {
  const all = Array.from({ length: rounds }, () => once(settings, how));
  const first = JSON.stringify(all[0]);
  if (all.some((f) => JSON.stringify(f) !== first)) throw new Error(`two rounds of ${settings.join(', ')} differ`);
  return all[0];
}

const tables = WORK.map(({ title, how, thp }) => ({
  title,
  rows: VARIANTS.map(({ name, settings }) => ({
    name,
    ...measured(['preset=emt', 'memory=8GiB', `thp=${thp}`, ...settings], how),
  })),
}));

const all = (f: KernelFigures): number => f.pageFault + f.systemCall + f.other;

if (has('--json')) console.log(JSON.stringify({ pages, tables }));
else
  for (const { title, rows } of tables) {
    console.log(
      `${title}: ${pages.toLocaleString('en')} pages of 4 KiB, ${rows[0].faults.toLocaleString('en')} faults`,
    );
    console.log('                           M instr  of radix  without clearing  of radix  hashes a page');
    const [radix] = rows;
    for (const r of rows) {
      const [whole, bare] = [all(r), all(r) - r.clearing];
      const cells = [
        (whole / 1e6).toFixed(1).padStart(7),
        (whole / all(radix)).toFixed(2).padStart(8),
        (bare / 1e6).toFixed(1).padStart(16),
        (bare / (all(radix) - radix.clearing)).toFixed(2).padStart(8),
        (r.hashes / pages).toFixed(2).padStart(13),
      ];
      console.log(`  ${r.name.padEnd(23)}  ${cells.join('  ')}`);
    }
    const [, , own, neutral] = rows;
    const saved = (pick: (f: KernelFigures) => number): string =>
      `${(100 * (1 - pick(own) / pick(neutral))).toFixed(1)} %`;
    const ofFaults = neutral.pageFault === 0 ? '' : `, ${saved((f) => f.pageFault)} of page faults`;
    const bare = saved((f) => all(f) - f.clearing);
    console.log(`  its iterator saves ${saved(all)} of the kernel's work${ofFaults}; without clearing ${bare}`);
  }
