/**
 * The statements of the language as data: completion, hover, the checker's "not available yet" and the reference are all
 * made of these rows. Turning a statement on is one word here, once the runtime has it.
 */
import { ADVICE } from '../../machine/core/advice';

export interface StatementRow {
  /** As in the node's `keyword`. */
  name: string;
  syntax: string;
  summary: string;
  example: string;
  /** True if this version can run it. */
  supported: boolean;
  /** Words that may stand inside the statement, for completion. */
  words: readonly string[];
  /** Those of them that this version cannot run yet. */
  laterWords?: readonly string[];
  /** True if the statement may fault fatally or be refused, so that `expect fails` can take it. */
  mayFail?: boolean;
}

type Extra = Partial<Pick<StatementRow, 'words' | 'laterWords' | 'mayFail'>>;
type MakeRow = (name: string, syntax: string, summary: string, example: string, extra?: Extra) => StatementRow;

const now: MakeRow = (name, syntax, summary, example, extra) => ({
  ...{ name, syntax, summary, example, supported: true, words: [] },
  ...extra,
});
const later: MakeRow = (...row) => ({ ...now(...row), supported: false });

const patterns = ['size', 'as', 'kernel', 'step', 'random', 'seed', 'zipf', 'theta', 'chase', 'for'];

export const STATEMENTS: readonly StatementRow[] = [
  now(
    'machine',
    'machine { KEY VALUE … }',
    'The machine: one block, before any statement. Every key has a default.',
    'machine {\n  preset skylake\n}',
  ),
  now('process', 'process NAME', 'Creates a process with an empty address space and switches to it.', 'process redis'),
  now('switch', 'switch NAME', 'Runs as that process from here on.', 'switch redis'),
  now('on cpu', 'on cpu N', 'Runs on that CPU from here on.', 'on cpu 1', { words: ['cpu'] }),
  now(
    'mmap',
    'mmap NAME SIZE PROT KIND [at ADDR] [thp|nothp] [populate] [stack]',
    'Maps a region. PROT is letters of `rwx`, or `none`; KIND is `anon`, `shared`, `file "NAME"` or `dax "NAME"`.',
    'mmap heap 64MiB rw anon at 0x5555_5540_0000',
    {
      words: [
        'rw',
        'r',
        'rx',
        'rwx',
        'none',
        'anon',
        'shared',
        'file',
        'dax',
        'at',
        'thp',
        'nothp',
        'populate',
        'stack',
      ],
      mayFail: true,
    },
  ),
  now('munmap', 'munmap RANGE', 'Unmaps a range, and frees the tables that become empty.', 'munmap heap', {
    words: ['for'],
    mayFail: true,
  }),
  now('mprotect', 'mprotect RANGE PROT', 'Changes the rights of a range.', 'mprotect heap r', {
    words: ['for', 'r', 'rw', 'rx', 'rwx', 'none'],
    mayFail: true,
  }),
  now('mremap', 'mremap RANGE to SIZE [at ADDR]', 'Grows, shrinks or moves a mapping.', 'mremap heap to 128MiB', {
    words: ['for', 'to', 'at'],
    mayFail: true,
  }),
  now('brk', 'brk SIZE', 'Sets the end of the heap segment.', 'brk 16MiB', { mayFail: true }),
  now('madvise', 'madvise RANGE ADVICE', `Advice: ${ADVICE.join(', ')}.`, 'madvise heap for 1MiB dontneed', {
    words: ['for', ...ADVICE],
    mayFail: true,
  }),
  now('pkey', 'pkey RANGE KEY', 'Gives a range a protection key.', 'pkey heap 3', { words: ['for'], mayFail: true }),
  now('pkru', 'pkru VALUE', 'Loads the protection-key rights register.', 'pkru 0b1100'),
  now('fork', 'fork NAME', 'Creates a copy-on-write child.', 'fork child', { mayFail: true }),
  now('exit', 'exit [NAME]', 'Ends a process and tears its address space down.', 'exit child'),
  now(
    'read',
    'read ADDR [size N] [as kernel]\nread RANGE step N | random COUNT [seed N] | zipf COUNT [theta X] | chase COUNT',
    'Reads memory: one access, or with a pattern many over a range.',
    'read heap .. heap+2MiB step 4KiB',
    { words: patterns, mayFail: true },
  ),
  now(
    'write',
    'write ADDR [size N] [as kernel]\nwrite RANGE step N | random COUNT [seed N] | zipf COUNT [theta X] | chase COUNT',
    'Writes memory: one access, or with a pattern many over a range.',
    'write heap+0x10 size 8',
    { words: patterns, mayFail: true },
  ),
  now(
    'exec',
    'exec ADDR [size N] [as kernel]\nexec RANGE step N | random COUNT [seed N] | zipf COUNT [theta X] | chase COUNT',
    'Fetches an instruction: one access, or with a pattern many over a range.',
    'exec text',
    { words: patterns, mayFail: true },
  ),
  now(
    'trace',
    'trace "FILE" [as FORMAT] [limit N] [skip N] [offset ADDR]',
    'Replays a recorded trace in this process. Regions are inferred for pages that no mapping covers.',
    'trace "ls.lackey.gz" limit 10_000',
    { words: ['as', 'lackey', 'limit', 'skip', 'offset'] },
  ),
  now(
    'iterate',
    'iterate RANGE [using default|driver]',
    'Scans translation objects with the tobj iterator.',
    'iterate heap',
    { words: ['for', 'using', 'default', 'driver'] },
  ),
  now(
    'promote',
    'promote RANGE [as kernel]',
    'Collapses a range into huge pages; `as kernel`, of the kernel’s own mappings (`scheme ecpt`).',
    'promote heap for 2MiB',
    {
      words: ['for', 'as', 'kernel'],
      mayFail: true,
    },
  ),
  now(
    'demote',
    'demote RANGE [as kernel]',
    'Splits the huge pages of a range; `as kernel`, of the kernel’s own mappings (`scheme ecpt`).',
    'demote heap for 2MiB',
    {
      words: ['for', 'as', 'kernel'],
      mayFail: true,
    },
  ),
  now(
    'rehash',
    'rehash [N]',
    'Runs N batches of the thread that resizes cuckoo tables, 16 slots each; without N, one.',
    'rehash 4',
  ),
  now('khugepaged', 'khugepaged', 'Runs one pass of khugepaged.', 'khugepaged'),
  now('migrate', 'migrate RANGE node N', 'Moves the pages of a range to another memory node.', 'migrate heap node 1', {
    words: ['for', 'node'],
    mayFail: true,
  }),
  now('swapout', 'swapout RANGE', 'Swaps the pages of a range out.', 'swapout heap', {
    words: ['for'],
    mayFail: true,
  }),
  now(
    'reclaim',
    'reclaim N\nreclaim tables',
    'Reclaims pages, or page tables that hold nothing of use.',
    'reclaim 512',
    { words: ['tables'], laterWords: ['tables'] },
  ),
  later('hotunplug', 'hotunplug RANGE', 'Takes a range of physical memory away.', 'hotunplug 0 .. 128MiB', {
    words: ['for'],
  }),
  now(
    'fragment',
    'fragment order N free M',
    'Leaves only M free blocks of that order, so that larger allocations fail.',
    'fragment order 9 free 0',
    { words: ['order', 'free'] },
  ),
  now('flush tlb', 'flush tlb', 'Invalidates the TLBs and walk caches of this CPU.', 'flush tlb', { words: ['tlb'] }),
  now(
    'invept',
    'invept',
    'Invalidates all that this CPU knows of a host’s tables, and what follows from them.',
    'invept',
    {},
  ),
  now('invlpg', 'invlpg ADDR', 'Invalidates one page in the TLBs, and the walk caches.', 'invlpg heap', {}),
  now(
    'set',
    'set EXPR = EXPR',
    'Changes hardware state by hand: an entry’s field, a register, a word of physical memory.',
    'set pte(heap).rw = 0',
  ),
  now(
    'expect',
    'expect EXPR [, "message"]',
    'Must hold. A failure is a stop, a failed test and a non-zero exit.',
    'expect fault == minor',
    { words: ['fails', 'with', 'for'] },
  ),
  now(
    'expect fails',
    'expect fails STATEMENT [with EXPR]',
    'The access must fault fatally (SIGSEGV, SIGBUS, #GP, OOM), or the kernel refuse the system call.',
    'expect fails write 0x1000 with fault == SIGSEGV',
    { words: ['with', ...patterns] },
  ),
  now(
    'print',
    'print "text {EXPR}"',
    'Prints a line; `{EXPR}` is replaced by its value.',
    'print "page tables: {stats.tables.bytes} bytes"',
  ),
  now(
    'break',
    'break ["label"] [if EXPR]',
    'Stops here when debugging.',
    'break "before the walk" if stats.walks.count > 100',
    { words: ['if'] },
  ),
  now('mark', 'mark "name"', 'Names this place on the tape.', 'mark "warm"'),
  now('let', 'let NAME = EXPR', 'Binds a constant.', 'let pages = 512'),
  now('repeat', 'repeat N { … }', 'Runs the block N times.', 'repeat 3 {\n  write heap\n}'),
  now(
    'for',
    'for NAME in RANGE step N { … }',
    'Runs the block for every N-th address of the range.',
    'for page in heap step 4KiB {\n  write page\n}',
    { words: ['in', 'step', 'for'] },
  ),
  now(
    'if',
    'if EXPR { … } else { … }',
    'Runs a block if the condition holds, else the other.',
    'if fault == minor {\n  print "first touch"\n}',
    { words: ['else'] },
  ),
  now('include', 'include "FILE"', 'Statements of another file, once.', 'include "common.ptscen"'),
  now('test', 'test "name" { … }', 'A self-contained test on a fresh machine.', 'test "first touch" {\n  process p\n}'),
  later('parallel', 'parallel { on cpu 0 { … } on cpu 1 { … } }', 'Reserved for interleaved CPUs.', 'parallel {\n}'),
];

const BY_NAME: ReadonlyMap<string, StatementRow> = new Map(STATEMENTS.map((row) => [row.name, row]));

export const statementRow = (name: string): StatementRow | undefined => BY_NAME.get(name);
