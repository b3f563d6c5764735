/** Colours of the debug console: ANSI sequences where the client shows them, nothing where it does not. */
type Paint = (text: string | number) => string;

export interface Style {
  /** What something is called: a level, a function, a command. */
  name: Paint;
  /** Addresses and entries. */
  number: Paint;
  /** What is as it should be, and what is not. */
  good: Paint;
  bad: Paint;
  /** What one may skip. */
  quiet: Paint;
  /** Of a column. */
  head: Paint;
}

const plain: Paint = String;

export const PLAIN: Style = { name: plain, number: plain, good: plain, bad: plain, quiet: plain, head: plain };

/** Codes of ECMA-48 (SGR). The colours are the theme's. */
const painted =
  (...codes: number[]): Paint =>
  (text) =>
    text === '' ? '' : `\u001b[${codes.join(';')}m${text}\u001b[0m`;

export const ANSI: Style = {
  name: painted(36),
  number: painted(33),
  good: painted(32),
  bad: painted(31),
  quiet: painted(2),
  head: painted(1),
};

/** Without its sequences, as wide as it is seen. */
// eslint-disable-next-line no-control-regex
export const unstyled = (text: string): string => text.replace(/\u001b\[[0-9;]*m/g, '');

/** Rows of cells as lines with columns; cells to the right of the last that has text are left out. */
export function columns(rows: readonly (readonly string[])[], indent = ''): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, i) => (widths[i] = Math.max(widths[i] ?? 0, i < row.length - 1 ? unstyled(cell).length : 0)));
  return rows.map((row) => {
    const cells = row.map((cell, i) => cell + ' '.repeat(Math.max(0, widths[i] - unstyled(cell).length)));
    return (indent + cells.join('  ')).trimEnd();
  });
}
