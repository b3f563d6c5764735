/** The reference of the language, docs/language.md, from the tables that the editor uses. A test holds the page to them. */
import { MACHINE_KEYS } from './machineKeys';
import { NAMES } from './names';
import { STATEMENTS } from './statements';

const HEAD = `# The .ptscen language

A scenario says what machine there is, what processes do, and what must hold. One statement a line; a line is what a
breakpoint sits on. \`#\` starts a comment. Numbers are decimal, \`0x\` or \`0b\`, with \`_\` anywhere between digits; sizes
are \`4KiB\`, \`2MiB\`, \`1GiB\`, \`1TiB\` (also \`4K\`, \`2M\`, \`1G\`, \`1T\`). A range is \`A .. B\` (B excluded), \`A for SIZE\`, or a
region's name (all of it). Expressions are 64-bit unsigned integers with C's operators and precedence, booleans and
strings, and \`in\` for ranges; \`expect\`, \`print\`, conditional breakpoints, log messages, watch, hover and the debug console
share them.

What is marked *later* is part of the language and refused with a clear message until this version can run it.
`;

const NOTES = `## Access patterns

\`step N\` goes through a range from its start. The other patterns work on *places*: the range cut into pieces of the access
size (\`size\`, 8 bytes without it). They are made of the machine's \`seed\` or a \`seed\` of their own; equal seeds make equal
patterns, and no pattern costs memory, however large the range is.

- \`random COUNT\` takes places at random.
- \`zipf COUNT theta X\` takes the k-th most popular place with a probability proportional to 1 / k^X, X from 0 (all alike)
  to 10, 0.99 without it (as the YCSB benchmarks). Popular places lie scattered over the range, as keys of a store do. Drawn
  by rejection-inversion (Hörmann and Derflinger, 1996).
- \`chase COUNT\` follows a chain of pointers that goes through every place once, in random order, and then begins again.

## Several files

\`include "FILE"\` stands for the statements of another file, named relative to the file that it stands in. A file is
included once: where it is named first. What it binds is visible behind the \`include\`. It has no machine block; files
cannot include each other in a circle. An \`include\` stands at the top of a file, or directly in a \`test\`.

## Tests

A \`test "name" { … }\` runs by itself, on a fresh machine of the file's machine block. Of what stands around it, it sees
the constants above it that are made of constants alone (\`let pages = 4\`), and nothing else; it may \`include\` what several
tests share. Names of tests differ, also from those in included files.

\`ptscope test FILE\` runs what stands outside of tests, then every test; each \`expect\` is a case. \`ptscope run FILE\` and F5
on the file run what stands outside of tests and leave tests out. The code lenses above a test, and \`"test": "name"\` in a
launch configuration, run that test alone.
`;

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const code = (text: string): string =>
  text
    .split('\n')
    .map((line) => '`` ' + cell(line) + ' ``')
    .join('<br>');
const later = (supported: boolean): string => (supported ? '' : ' *(later)*');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n') + '\n';
}

export function languagePage(): string {
  const statements = STATEMENTS.map((s) => [code(s.syntax), cell(s.summary) + later(s.supported)]);
  const keys = MACHINE_KEYS.map((k) => {
    const value = typeof k.default === 'string' ? k.default : k.default('skylake');
    return [code(k.syntax), value === '' ? '' : code(value), cell(k.doc) + later(k.supported)];
  });
  const names = NAMES.map((n) => {
    const parameters = n.parameters === undefined ? '' : `(${n.parameters.map((p) => p.name).join(', ')})`;
    return [code(n.name + parameters), cell(n.doc) + later(n.supported)];
  });
  return [
    HEAD,
    '## Statements\n',
    table(['statement', 'meaning'], statements),
    NOTES,
    '## Machine keys\n\nDefaults are those of the preset `skylake`.\n',
    table(['key', 'default', 'meaning'], keys),
    '## Names in expressions\n',
    table(['name', 'meaning'], names),
  ].join('\n');
}
