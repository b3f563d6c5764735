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
    '## Machine keys\n\nDefaults are those of the preset `skylake`.\n',
    table(['key', 'default', 'meaning'], keys),
    '## Names in expressions\n',
    table(['name', 'meaning'], names),
  ].join('\n');
}
