/** Commands that look at the processor: TLBs and walk caches, registers, counters. */
import { formatAddress } from '../../machine/core/addresses';
import { statistics } from '../../machine/statistics';
import type { Run } from '../../scenario/run/run';
import { formatValue, numberOf } from '../../scenario/run/values';
import { cacheNodes } from '../cacheTree';
import { REGISTERS } from '../data/target';
import { badExpression } from '../errors';
import type { Focus } from '../focus';
import type { ConsoleCommand } from './command';
import { addressNamed, evaluateText } from './evaluate';
import { columns, type Style } from './style';

/** Nothing is marked in text. */
const NO_FOCUS: Focus = { changedEntries: new Set(), changedCaches: new Set(), lines: new Set() };

const MAX_ENTRIES = 64;

function cacheLines({ machine }: Run, style: Style): string {
  const lines: string[] = [];
  for (const structure of cacheNodes(machine, NO_FOCUS, undefined)) {
    lines.push(`${style.head(structure.label)}  ${style.quiet(structure.description ?? '')}`);
    const entries = cacheNodes(machine, NO_FOCUS, structure.id);
    const shown = entries
      .slice(0, MAX_ENTRIES)
      .map(({ label, description = '' }) => [style.number(label), description]);
    lines.push(...columns(shown, '  '));
    if (entries.length > MAX_ENTRIES) lines.push(style.quiet(`  … and ${entries.length - MAX_ENTRIES} more`));
  }
  return lines.join('\n');
}

function known(run: Run, argument: string, style: Style): string {
  const address = addressNamed(run, argument, 'tlb ADDRESS');
  const rows = ['tlb', 'pwc', 'cwc'].flatMap((name): string[][] => {
    const value = run.environment.call(name, [address]);
    // A machine has walk caches of one kind; of the other it says why not.
    return value === undefined || typeof value === 'string' ? [] : [[style.name(name), formatValue(value, 'hex')]];
  });
  return [style.head(run.describeAddress(address) ?? formatAddress(address)), ...columns(rows, '  ')].join('\n');
}

/** Every number of a nested record with its path. */
function flattened(record: object, path = ''): [string, number][] {
  return Object.entries(record).flatMap(([name, value]: [string, unknown]): [string, number][] => {
    const at = path === '' ? name : `${path}.${name}`;
    if (typeof value === 'number') return [[at, value]];
    return typeof value === 'object' && value !== null ? flattened(value, at) : [];
  });
}

function counterLines(run: Run, argument: string, style: Style): string {
  const wanted = argument.trim().replace(/^stats\./, '');
  const all = flattened(statistics(run.machine));
  const found = wanted === '' ? all.filter(([, n]) => n !== 0) : all.filter(([name]) => name.includes(wanted));
  if (found.length === 0)
    throw badExpression(
      wanted === '' ? 'Nothing has been counted yet.' : `No counter has '${wanted}' in its name; 'vmstat' lists them.`,
    );
  const text = (n: number): string => (Number.isInteger(n) ? n.toString() : n.toFixed(3));
  return columns(found.map(([name, n]) => [style.name(name), style.number(text(n))])).join('\n');
}

export const HARDWARE_COMMANDS: readonly ConsoleCommand[] = [
  {
    name: 'tlb',
    usage: 'tlb [ADDRESS]',
    summary: 'what TLBs and walk caches hold, or what they know of an address',
    details: 'Entries of a set in the order in which they were used, the latest first.',
    takes: 'address',
    run: ({ run, style }, argument) => (argument === '' ? cacheLines(run, style) : known(run, argument, style)),
  },
  {
    name: 'regs',
    usage: 'regs',
    summary: 'control registers',
    takes: 'none',
    run: ({ run, style }) =>
      columns(
        REGISTERS.map((name) => [
          style.name(name),
          style.number(formatAddress(numberOf(evaluateText(run, name)) ?? 0n)),
        ]),
      ).join('\n'),
  },
  {
    name: 'vmstat',
    usage: 'vmstat [NAME]',
    summary: 'the counters that are not zero, or those with NAME in theirs',
    details: 'Each is an expression, too: stats.faults.minor.',
    takes: 'counter',
    run: ({ run, style }, argument) => counterLines(run, argument, style),
  },
];
