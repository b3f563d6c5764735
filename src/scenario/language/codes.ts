/**
 * Every error and warning that the language knows, as data: a code that stays the same for ever, its severity, a title, and
 * an explanation for the documentation (docs/diagnostics.md is made of the same rows; a test holds them together).
 * The message of a diagnostic says what is wrong in this place; the row says what is wrong in general and what to do.
 */
export type Severity = 'error' | 'warning';

export interface CodeRow {
  code: string;
  severity: Severity;
  title: string;
  explanation: string;
}

const row = (code: string, severity: Severity, title: string, explanation: string): CodeRow => ({
  code,
  severity,
  title,
  explanation,
});

export const CODES = {
  // Reading the text
  badCharacter: row(
    'PTS001',
    'error',
    'Unreadable character',
    'The language is written in ASCII letters, digits and operators; other characters may stand in strings and comments alone.',
  ),
  badNumber: row(
    'PTS002',
    'error',
    'Unreadable number',
    'Numbers are decimal, `0x…` or `0b…`, with `_` between digits; sizes are decimal with one of the units K, KiB, M, MiB, G, GiB, T, TiB. They are whole.',
  ),
  numberTooLarge: row(
    'PTS003',
    'error',
    'Number beyond 64 bits',
    'Values are unsigned 64-bit integers, at most 0xffff_ffff_ffff_ffff.',
  ),
  badString: row(
    'PTS004',
    'error',
    'Unreadable string',
    'A string starts and ends with a double quote on one line. `\\"`, `\\\\`, `\\n` and `\\t` are its escapes; in `print`, `{…}` is an expression and `{{` a brace.',
  ),
  // Reading statements
  unknownStatement: row(
    'PTS005',
    'error',
    'Unknown statement',
    'A line starts with the name of a statement. The reference lists them all.',
  ),
  expected: row(
    'PTS006',
    'error',
    'Something else was expected here',
    'The statement needs another word or an expression in this place. Hovering over its first word shows its syntax.',
  ),
  trailingText: row(
    'PTS007',
    'error',
    'Text after the end of the statement',
    'One statement stands on one line. What follows its end is not read.',
  ),
  unclosedBlock: row(
    'PTS008',
    'error',
    'Block never closed',
    'A `{` needs a `}` of its own, on the same or on a later line.',
  ),
  unmatchedBrace: row(
    'PTS009',
    'error',
    'Brace without a block',
    'This `}` closes nothing. One too many, or its `{` is missing.',
  ),
  tooComplex: row(
    'PTS010',
    'error',
    'Too deeply nested',
    'Blocks nest up to 100 levels deep, and one expression has up to 1000 parts. Split it with `let`.',
  ),
  repeatedOption: row('PTS011', 'error', 'Option given twice', 'Each option of a statement may be given once.'),
  notPageMultiple: row(
    'PTS012',
    'error',
    'Not a multiple of the page size',
    'Mappings begin and end at page boundaries (4 KiB): their sizes and addresses are multiples of 4096.',
  ),
  // Names and kinds
  unknownName: row(
    'PTS020',
    'error',
    'Unknown name',
    'A name is visible after the statement that binds it, to the end of its block. The message gives the nearest known spelling.',
  ),
  unknownMember: row('PTS021', 'error', 'Unknown member', 'The value has no member of this name.'),
  duplicateName: row(
    'PTS022',
    'error',
    'Name already bound',
    'Regions, processes and constants share one set of names. A region’s name is free again after `munmap NAME`. Tests have names of their own, each different.',
  ),
  reservedName: row(
    'PTS023',
    'error',
    'Name already means something',
    'The name belongs to the expression language (`fault`, `stats`, `walk` …) and cannot be bound.',
  ),
  noProcess: row(
    'PTS024',
    'error',
    'No process yet',
    'Mappings and accesses belong to a process. Create one first with `process NAME`.',
  ),
  wrongKind: row(
    'PTS025',
    'error',
    'Wrong kind of value',
    'The value is of a kind that does not fit here: a number where a range is needed, a string in arithmetic, and the like.',
  ),
  wrongArguments: row(
    'PTS026',
    'error',
    'Wrong number of arguments',
    'The function takes another number of arguments.',
  ),
  notSettable: row(
    'PTS027',
    'error',
    'Cannot be set',
    '`set` changes registers (`cr3`, `pkru` …), fields of table entries (`pte(A).rw`) and words of physical memory (`phys(P)`).',
  ),
  notAFunction: row(
    'PTS028',
    'error',
    'Function or value mixed up',
    'A function is called with its arguments in parentheses; a value is not.',
  ),
  // Addresses and values
  nonCanonical: row(
    'PTS030',
    'error',
    'Address not canonical',
    'The bits above the address width must all be equal to its highest bit; using such an address raises #GP. To show that, write `expect fails`.',
  ),
  beyondUser: row(
    'PTS031',
    'error',
    'Address beyond user space',
    'User mappings and accesses end at 0x7fff_ffff_f000 with four levels. To show the fault, write `expect fails`; to access it as the kernel, `as kernel`.',
  ),
  overlap: row(
    'PTS032',
    'error',
    'Mappings overlap',
    'Two mappings of one process at fixed addresses share pages. Move one, or `munmap` the other first.',
  ),
  badRange: row(
    'PTS033',
    'error',
    'Empty or backwards range',
    'The end of a range, which is not part of it, lies above its start.',
  ),
  outOfRange: row(
    'PTS034',
    'error',
    'Value out of range',
    'The value is outside what is allowed here; the message says what is.',
  ),
  divisionByZero: row('PTS035', 'error', 'Division by zero', 'The divisor is always zero.'),
  constantCondition: row(
    'PTS036',
    'warning',
    'Condition never changes',
    'The condition contains constants alone, so that it says nothing about the machine.',
  ),
  // Machine block
  machineNotFirst: row(
    'PTS040',
    'error',
    'Machine block not first',
    'The machine is built before the first statement runs; its block stands above all statements.',
  ),
  machineTwice: row('PTS041', 'error', 'Second machine block', 'A file describes one machine, in one block.'),
  unknownKey: row('PTS042', 'error', 'Unknown machine key', 'The machine block has no key of this name.'),
  badSetting: row(
    'PTS043',
    'error',
    'Unreadable setting',
    'The value of this key has another form; hovering over the key shows it.',
  ),
  duplicateKey: row(
    'PTS044',
    'warning',
    'Key given twice',
    'Later lines override earlier ones, so that the earlier line has no effect.',
  ),
  ignoredKey: row(
    'PTS045',
    'warning',
    'Key without effect',
    'Nothing of this machine uses the key: its scheme has no such part, or it has no data caches.',
  ),
  badGeometry: row(
    'PTS046',
    'error',
    'Impossible geometry',
    'The number of entries is a multiple of the number of ways, and neither is zero. `full` as ways means fully associative.',
  ),
  presetNotFirst: row(
    'PTS047',
    'warning',
    'Preset undoes lines above it',
    'A preset sets TLBs, walk caches and latencies. Put it first, and override below it.',
  ),
  impossibleMachine: row(
    'PTS048',
    'error',
    'Machine cannot be built',
    'Each setting alone is possible, but not all of them together: pseudo-LRU needs a power of two of ways in every TLB and walk cache, a memory node at least 4 MiB of the memory, page-table isolation a kernel half.',
  ),
  // Not yet
  laterStatement: row(
    'PTS050',
    'error',
    'Statement not available yet',
    'The statement belongs to the language, but this version of ptscope cannot run it yet.',
  ),
  laterSetting: row(
    'PTS051',
    'error',
    'Setting not available yet',
    'The machine key or this value of it belongs to the language, but this version of ptscope does not model it yet.',
  ),
  laterName: row(
    'PTS052',
    'error',
    'Name not available yet',
    'The name belongs to the expression language, but this version of ptscope does not have it yet.',
  ),
  // Structure
  cannotFail: row(
    'PTS060',
    'error',
    'Statement cannot fail',
    '`expect fails` takes a statement that may fault fatally or be refused: an access, a system call, or work of the kernel on a range.',
  ),
  misplaced: row(
    'PTS061',
    'error',
    'Statement not allowed here',
    'The statement may stand at the top of a file alone; `include` also directly in a `test`. `on cpu N` has a block only inside `parallel`. A machine block stands in the file that is run, not in one that it includes.',
  ),
  // Several files
  noInclude: row(
    'PTS070',
    'error',
    'Included file cannot be read',
    'The name of an included file is relative to the file that includes it.',
  ),
  includeCycle: row(
    'PTS071',
    'error',
    'Files include each other',
    'A file cannot include itself, directly or through others.',
  ),
  brokenInclude: row(
    'PTS072',
    'error',
    'Error in an included file',
    'The message gives the file, the line and the column of the error, and its code.',
  ),
  impossibleNesting: row(
    'PTS080',
    'error',
    'Schemes that cannot be nested',
    'A guest’s tables are a tree or a flat table; a host’s are EPT, a tree of four or five levels, some of which may be folded. The message says which side does not fit.',
  ),
} as const satisfies Record<string, CodeRow>;

export type CodeName = keyof typeof CODES;

/** docs/diagnostics.md: one section a code, to which an editor can link (`diagnostics.md#pts012`). */
export function diagnosticsPage(): string {
  const sections = Object.values<CodeRow>(CODES).map(
    ({ code, severity, title, explanation }) => `## ${code}\n\n**${title}** (${severity})\n\n${explanation}\n`,
  );
  const head =
    '# Diagnostics\n\nEvery error and warning of the scenario language. The codes never change their meaning.\n';
  return [head, ...sections].join('\n');
}
