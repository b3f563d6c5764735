/** The result of `ptscope run` for a person: what failed, how it ended, and the numbers in a compact table. */
import type { HitsAndMisses, NestedStatistics } from '../../machine/statistics';
import { byteSize, grouped, percent, ratio } from '../numbers';
import type { RunEnd, RunReport } from './runReport';

/** Failed expectations and a bad end: what even `--quiet` says. */
export function problemLines(report: RunReport): string[] {
  const { program, expects, end } = report;
  const failed = expects.failed.map(({ line, file, text, message, actual }) => {
    const said = message === '' || text.includes(message) ? '' : ` (${message})`;
    return `${file ?? program}:${line}: failed: ${text}${said}: ${actual}`;
  });
  return end.kind === 'fatal' || end.kind === 'error'
    ? [...failed, `${end.file ?? program}:${end.line}: ${end.text}`]
    : failed;
}

export function summaryLines(report: RunReport): string[] {
  const rows = summaryRows(report);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${name.padEnd(width)}  ${text}`);
}

function summaryRows(report: RunReport): [string, string][] {
  const { accesses, walks, tables, kernel, expects } = report;
  const tested = expects.passed + expects.failed.length;
  const rows: [string, string][] = [
    ['accesses', `${grouped(accesses.total)} (${counts(accesses, ['reads', 'writes', 'execs'])})`],
    ['page faults', faultText(report)],
    ['TLB hits', tlbText(report)],
    [
      'walks',
      `${grouped(walks.count)}, ${ratio(walks.references, walks.count)} references each, longest ${walks.longest}`,
    ],
    ['walk caches', hitRates(Object.entries(report.walkCaches))],
    ...cacheRows(report),
    ['page tables', `${byteSize(tables.bytes)} in ${grouped(tables.count)} tables (${counts(tables.byLevel)})`],
    ['kernel', `${grouped(kernel.instructions)} instructions (${kernelText(kernel.byClass)})`],
  ];
  if (report.nested !== undefined) rows.push(...nestedRows(report.nested));
  if (tested > 0) rows.push(['expects', `${grouped(expects.passed)} passed, ${grouped(expects.failed.length)} failed`]);
  rows.push(['end', `${endText(report.end)} after ${grouped(report.ticks)} ticks`]);
  return rows;
}

function nestedRows(nested: NestedStatistics): [string, string][] {
  const { violations, software, misconfigurations, hostReferences, guestReferences, tlb, walkCaches, tables } = nested;
  const wrong = misconfigurations === 0 ? '' : `, ${grouped(misconfigurations)} EPT misconfigurations`;
  return [
    ['VM exits', `${grouped(violations)} EPT violations (${grouped(software)} by the guest’s kernel)${wrong}`],
    [
      'two dimensions',
      `${grouped(guestReferences)} references to the guest’s tables, ${grouped(hostReferences)} to the host’s`,
    ],
    ['host caches', hitRates([['nested TLB', tlb], ...Object.entries(walkCaches)])],
    ['host tables', `${byteSize(tables.bytes)} in ${grouped(tables.count)} tables`],
  ];
}

const counts = (record: object, names = Object.keys(record)): string =>
  names.map((name) => `${name} ${grouped((record as Record<string, number>)[name])}`).join(', ');

function faultText({ faults }: RunReport): string {
  const kinds = ['minor', 'major', 'cow', 'thp', 'protection', 'spurious', 'fatal'] as const;
  const seen = kinds.filter((kind) => faults[kind] > 0);
  return `${grouped(faults.total)}${seen.length === 0 ? '' : ` (${counts(faults, seen)})`}`;
}

function tlbText({ tlb }: RunReport): string {
  return hitRates([
    ['L1D', tlb.l1d],
    ['L1I', tlb.l1i],
    ['STLB', tlb.stlb],
  ]);
}

/** How long walks took, and where lines were, where there are data caches. */
function cacheRows({ walks: { latency }, caches }: RunReport): [string, string][] {
  if (latency === undefined || caches === undefined) return [];
  const seen = Object.entries(latency.histogram).filter(([, walks]) => walks > 0);
  const histogram = seen.map(([name, walks]) => `${name.replace('upTo', '≤ ')}: ${grouped(walks)}`).join(', ');
  const { l1, l1i, l2, llc } = caches;
  const kept = l2.protected + llc.protected;
  const found = (Object.entries(caches.tables) as [string, number][]).filter(([, lines]) => lines > 0);
  return [
    ['walk latency', `${latency.mean.toFixed(1)} cycles each, longest ${grouped(latency.longest)} (${histogram})`],
    [
      'data caches',
      hitRates([
        ['L1D', l1],
        ['L1I', l1i],
        ['L2', l2],
        ['LLC', llc],
      ]),
    ],
    [
      'table lines',
      `${found.map(([name, lines]) => `${name === 'dram' ? 'memory' : name.toUpperCase()} ${grouped(lines)}`).join(', ') || 'none'}${kept > 0 ? `; ${grouped(kept)} protected` : ''}`,
    ],
  ];
}

/** Only those that were asked at all. */
function hitRates(caches: [string, HitsAndMisses][]): string {
  const asked = caches.filter(([, { hits, misses }]) => hits + misses > 0);
  if (asked.length === 0) return 'not used';
  return asked
    .map(([name, { hits, misses }]) => `${name} ${percent(hits, hits + misses)} of ${grouped(hits + misses)}`)
    .join(', ');
}

const CLASSES = { pageFault: 'page faults', systemCall: 'system calls', timer: 'timer', other: 'other' } as const;

function kernelText(byClass: RunReport['kernel']['byClass']): string {
  const classes = Object.entries(CLASSES) as [keyof typeof CLASSES, string][];
  const seen = classes.filter(([name]) => byClass[name] > 0);
  return seen.map(([name, title]) => `${title} ${grouped(byClass[name])}`).join(', ') || 'none';
}

export function endText(end: RunEnd): string {
  if (end.kind === 'fatal' || end.kind === 'error') {
    const where = `line ${end.line}${end.file === undefined ? '' : ` of ${end.file}`}`;
    return `${end.kind === 'fatal' ? end.signal : 'error'} in ${where}`;
  }
  return { finished: 'finished', limit: 'limit reached', interrupted: 'interrupted' }[end.kind];
}
