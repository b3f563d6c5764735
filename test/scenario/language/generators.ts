/** Random scenarios for properties: well-formed ones with untidy blanks, and texts that are anything but. */
import fc from 'fast-check';
import { ADVICE } from '../../../src/machine/core/advice';
import { KEY_WORDS } from '../../../src/scenario/language/machineKeys';
import { NAMES } from '../../../src/scenario/language/names';
import { STATEMENTS } from '../../../src/scenario/language/statements';
import { ALL_STATEMENTS, FIRST_FILE } from './support';

const blanks = fc.constantFrom(' ', '  ', '   ', '\t');
const gap = fc.constantFrom('', ' ', '  ');

const atom = fc.constantFrom(
  'heap',
  'x',
  '0x5555_5540_0000',
  '4KiB',
  '7',
  '0b11',
  'fault.kind',
  '"s"',
  'walk(heap).refs',
  'faults[0]',
);
const binary = fc.constantFrom(
  '+',
  '-',
  '*',
  '/',
  '%',
  '&',
  '|',
  '^',
  '<<',
  '>>',
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  '&&',
  '||',
);

const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    atom,
    fc.tuple(tie('expression'), gap, binary, gap, tie('expression')).map((parts) => parts.join('')),
    fc.tuple(fc.constantFrom('-', '!', '~'), tie('expression')).map((parts) => parts.join('')),
    fc.tuple(gap, tie('expression'), gap).map(([a, inner, b]) => `(${a}${inner}${b})`),
    fc.tuple(tie('expression'), gap, tie('expression')).map(([a, space, b]) => `pte(${a}${space}).raw ?${b} :${a}`),
  ),
}));

const target = fc.oneof(
  fc.constant('heap'),
  fc.tuple(expression, gap, expression).map(([a, space, b]) => `(${a})${space}..${space}(${b})`),
  fc.tuple(expression, expression).map(([a, b]) => `(${a}) for (${b})`),
);

/** Words of a statement with careless blanks between them. */
const spaced = (...words: (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> =>
  fc
    .tuple(...words.map((word) => fc.tuple(blanks, typeof word === 'string' ? fc.constant(word) : word)))
    .map((parts) => parts.flat().join('').trimStart());

const name = fc.constantFrom('heap', 'child', 'x_1');
const rights = fc.constantFrom('r', 'rw', 'wr', 'rwx', 'none');
const optional = (text: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(fc.constant(''), text);
const fileName = fc.constantFrom('"a.ptscen"', '"../b  c.ptscen"', '"a # b"');

/** Statements of the kernel and of files, in every form. */
const kernel = fc.oneof(
  spaced('on', 'cpu', expression),
  spaced('fork', name),
  spaced('exit', optional(name)),
  spaced(
    ...['mmap', name, expression, rights, fc.constantFrom('anon', 'shared', 'file "f"', 'dax   "d"')],
    fc.shuffledSubarray(['at 0x1000', 'thp', 'populate', 'stack']).map((words) => words.join(' ')),
  ),
  spaced('mprotect', target, rights),
  spaced('mremap', target, 'to', expression, optional(expression.map((at) => `at ${at}`))),
  spaced('brk', expression),
  spaced('madvise', target, fc.constantFrom(...ADVICE)),
  // A key that begins with `-` or `(` would go on with the range.
  spaced('pkey', target, fc.constantFrom('3', 'x', '0b11')),
  spaced('pkru', expression),
  spaced('iterate', target, fc.constantFrom('', 'using default', 'using  driver')),
  spaced(fc.constantFrom('promote', 'demote', 'swapout', 'hotunplug', 'munmap'), target),
  fc.constant('khugepaged'),
  spaced('migrate', target, 'node', expression),
  spaced('reclaim', fc.oneof(fc.constant('tables'), expression)),
  spaced('fragment', 'order', expression, 'free', expression),
  spaced('include', fileName),
  spaced(
    ...[fc.constantFrom('read', 'write', 'exec'), target, fc.constantFrom('zipf', 'chase', 'random'), expression],
    fc.constantFrom('', 'seed 3', 'size 64', 'as kernel'),
  ),
  spaced('read', 'heap', 'zipf', '10', 'theta', fc.constantFrom('0.99', '2', '1.5')),
);

const simple = fc.oneof(
  { weight: 3, arbitrary: kernel },
  fc.tuple(fc.constantFrom('read', 'write', 'exec'), blanks, expression).map((parts) => parts.join('')),
  fc.tuple(target, blanks, expression).map(([range, blank, step]) => `read${blank}${range} step${blank}${step}`),
  fc.tuple(expression, gap).map(([value, space]) => `let y${space}=${space}${value}`),
  fc.tuple(expression, blanks).map(([value, blank]) => `expect${blank}${value}`),
  fc
    .tuple(expression, blanks)
    .map(([value, blank]) => `print${blank}"a  {x}  # {{b}} ${value.replace(/["{}\\]/g, '')}"`),
  fc.constantFrom('flush   tlb', 'mmap m 4K rw anon at 0x1000', 'break "x" if tick==3', '# alone', '', '', 'set cr3=3'),
);

const commented = fc.tuple(simple, fc.constantFrom('', '', ' # note', '#x')).map((parts) => parts.join(''));

const { block } = fc.letrec<{ block: string; lines: string }>((tie) => ({
  lines: fc
    .array(fc.oneof({ maxDepth: 3 }, commented, tie('block')), { maxLength: 5 })
    .map((lines) => lines.join('\n')),
  block: fc
    .tuple(
      fc.constantFrom('repeat 3', 'for p in heap step 4K', 'if x', 'test "a  b"', 'parallel', 'on  cpu 1'),
      gap,
      tie('lines'),
      fc.constantFrom('', '\nelse {\n}'),
    )
    .map(([head, space, lines, tail]) => `${head}${space}{\n${lines}\n}${head === 'if x' ? tail : ''}`),
}));

const machine = fc.constantFrom('', 'machine {\n preset   zen4\n\n dtlb  4K  64x4 # x\n}\n', 'machine { seed 3 }\n');

/** Scenarios that parse, laid out carelessly. */
export const scenarios = fc
  .tuple(machine, fc.array(fc.oneof(commented, block), { maxLength: 8 }))
  .map(([head, lines]) => head + lines.join('\n'));

/** One line that parses. */
export const lines = commented.filter((line) => line.trim() !== '');

/** One line that does not, and opens and closes nothing. */
export const badLines = fc.oneof(
  fc.constantFrom('frob', 'read', 'mmap m', 'mprotect heap q', '= 3', 'read heap read heap', '§', 'print "open'),
  fc.constantFrom(
    'madvise heap dontned',
    'include here',
    'fork 3',
    'migrate heap 1',
    'fragment free 1',
    'expect fails expect x',
  ),
  lines.map((line) => `frob ${line}`),
);

/** A small fast generator: the fuzz test makes ten thousand texts with it. */
export function randomizer(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const WORDS = [
  ...STATEMENTS.flatMap(({ name, words }) => [...name.split(' '), ...words]),
  ...KEY_WORDS,
  ...NAMES.map(({ name }) => name),
  ...[
    'heap',
    'x',
    '{',
    '}',
    '{',
    '}',
    '(',
    ')',
    '[',
    ']',
    '..',
    '.',
    ',',
    '=',
    '==',
    '+',
    '-',
    '*',
    '/',
    '!',
    '?',
    ':',
  ],
  ...['0x1000', '4KiB', '64x4', '4K+2M', '0.99', '99999999999999999999999', '0b', '"a"', '"{x}"', '"{', '"', '#', '\\'],
  ...[
    '\n',
    '\n',
    '\n',
    '\n',
    '\r\n',
    '\t',
    ' ',
    '§',
    '\u0000',
    '\ud800',
    '\u2028',
    'é',
    '__proto__',
    'constructor',
    'toString',
  ],
];

/** Bytes, mutated files, and soups of tokens, in turn. */
export function garbage(random: (below: number) => number, round: number): string {
  const pick = (): string => WORDS[random(WORDS.length)];
  const length = 1 + random(round % 50 === 0 ? 600 : 60);
  if (round % 3 === 0) return String.fromCharCode(...Array.from({ length }, () => random(random(2) ? 128 : 65_536)));
  if (round % 3 === 1) return Array.from({ length }, pick).join(random(2) ? ' ' : '');
  let text = random(2) ? FIRST_FILE : ALL_STATEMENTS;
  for (let i = random(6); i >= 0; i--) {
    const at = random(text.length);
    text = text.slice(0, at) + (random(2) ? pick() : '') + text.slice(at + random(random(4) ? 4 : 200));
  }
  return text;
}
