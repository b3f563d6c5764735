/**
 * The result of `ptscope compare`: a table for a person, data for a program. A scheme that cannot run the file has a
 * reason in place of its numbers. What differs is marked with `≠`; ratios are to the first scheme that ran.
 */
import { type ComparedRow, compareStatistics } from '../../machine/measures';
import { byteSize, grouped } from '../numbers';
import type { RunReport } from './runReport';
import { endText, problemLines } from './runText';

export type ComparedRun = { scheme: string; report: RunReport } | { scheme: string; refused: string };

const reportOf = (run: ComparedRun): RunReport | undefined => ('report' in run ? run.report : undefined);

/** Its JSON is an interface: fields are added, never renamed. */
export function comparisonData(file: string, runs: readonly ComparedRun[]): object {
  return { program: file, runs, rows: compareStatistics(runs.map(reportOf)) };
}

/** Of failures, as many as say what is going on. */
const PROBLEMS_SHOWN = 5;

export function comparisonText(file: string, runs: readonly ComparedRun[], { quiet }: { quiet?: boolean }): string {
  const ran = runs.filter((run) => 'report' in run);
  const rows = quiet ? [] : table(ran, compareStatistics(ran.map(reportOf)));
  const refused = runs.flatMap((run) => ('refused' in run ? [`${run.scheme} cannot run ${file}: ${run.refused}`] : []));
  const problems = ran.flatMap(({ scheme, report }) => {
    const lines = problemLines(report);
    const more = lines.length - PROBLEMS_SHOWN;
    return [...lines.slice(0, PROBLEMS_SHOWN), ...(more > 0 ? [`and ${more} more`] : [])].map((l) => `${scheme}: ${l}`);
  });
  return [...rows, ...refused, ...problems].map((line) => line + '\n').join('');
}

/** A number, and beside it how many times the first scheme's it is. */
interface Cell {
  text: string;
  ratio: string;
}

type Line = { title: string; cells: Cell[]; differs: boolean } | { heading: string };

const plain = (text: string): Cell => ({ text, ratio: '' });

function table(ran: readonly { scheme: string; report: RunReport }[], rows: readonly ComparedRow[]): string[] {
  const lines: Line[] = [{ title: '', cells: ran.map(({ scheme }) => plain(scheme)), differs: false }];
  rows.forEach((row, i) => {
    if (row.group !== rows[i - 1]?.group) lines.push({ heading: row.group });
    const [first] = row.values;
    const cells = row.values.map((v, n) => cellOf(v, n === 0 ? null : first, row));
    lines.push({ title: row.title, cells, differs: row.differs });
  });
  const textLine = (title: string, texts: readonly string[]): Line => ({
    title,
    cells: texts.map(plain),
    differs: new Set(texts).size > 1,
  });
  lines.push(
    { heading: 'end' },
    textLine(
      'how it ended',
      ran.map(({ report }) => endText(report.end)),
    ),
  );
  const expects = ran.map(({ report }) => report.expects);
  if (expects.some(({ passed, failed }) => passed + failed.length > 0))
    lines.push(
      textLine(
        'expects that failed',
        expects.map(({ passed, failed }) => `${grouped(failed.length)} of ${grouped(passed + failed.length)}`),
      ),
    );
  return laidOut(lines, ran.length);
}

function laidOut(lines: readonly Line[], columns: number): string[] {
  const rows = lines.filter((line) => 'cells' in line);
  const titles = Math.max(...rows.map(({ title }) => title.length));
  const widest = (of: (cell: Cell) => string): number[] =>
    Array.from({ length: columns }, (_, i) => Math.max(...rows.map(({ cells }) => of(cells[i]).length)));
  const texts = widest(({ text }) => text);
  const ratios = widest(({ ratio }) => ratio);
  return lines.map((line) => {
    if ('heading' in line) return line.heading;
    const cells = line.cells.map(({ text, ratio }, i) => `${text.padStart(texts[i])} ${ratio.padEnd(ratios[i])}`);
    return `${line.differs ? '≠' : ' '}   ${line.title.padEnd(titles)}   ${cells.join('  ')}`.trimEnd();
  });
}

function cellOf(value: number | null, first: number | null, { unit }: ComparedRow): Cell {
  if (value === null) return plain('–');
  const text = unit === 'bytes' ? byteSize(value) : unit === 'ratio' ? value.toFixed(2) : grouped(value);
  if (first === null || first === 0 || value === first) return plain(text);
  const ratio = value / first;
  return { text, ratio: `×${ratio.toFixed(ratio < 10 ? 2 : 0)}` };
}
