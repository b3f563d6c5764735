/**
 * Kinds of values that expressions have, as data: what members a record has, what it turns into where a plain value is
 * needed, and which of its fields `set` may change. names.ts gives names their kinds; the checker and completion read both.
 */
import { LEVELS, STATS_PATHS } from './statsPaths';

/**
 * A kind's name. Plain ones: `number`, `boolean`, `string`, `range`, `process`, `none` (no value), and `unknown`, which
 * fits everywhere and comes from something already reported. All others are records or enumerations below.
 */
export type Kind = string;

export interface MemberRow {
  name: string;
  kind: Kind;
  doc: string;
  settable?: boolean;
  /** It is a function, which has a row among the names: `ecpt.way`. */
  isFunction?: boolean;
}

export interface KindRow {
  kind: Kind;
  /** With its article: `a table entry`. */
  title: string;
  members: readonly MemberRow[];
  /** What it turns into where a plain value is needed. */
  value?: Kind;
  /** Kind of `list[i]`. */
  element?: Kind;
  /** True if it may be `none`. */
  optional?: boolean;
}

const member = (name: string, kind: Kind, doc: string): MemberRow => ({ name, kind, doc });
const field = (name: string, kind: Kind, doc: string): MemberRow => ({ name, kind, doc, settable: true });

/** A record that may be `none`. */
const maybe = (kind: Kind, title: string, members: readonly MemberRow[]): KindRow => ({
  ...{ kind, title, members },
  optional: true,
});

const RECORDS: readonly KindRow[] = [
  {
    kind: 'region',
    title: 'a region',
    value: 'number',
    members: [
      member('start', 'number', 'First address.'),
      member('end', 'number', 'First address behind it.'),
      member('size', 'number', 'Bytes.'),
    ],
  },
  {
    kind: 'access',
    title: 'an access',
    value: 'number',
    optional: true,
    members: [
      member('va', 'number', 'Virtual address.'),
      member('kind', 'accessKind', '`read`, `write` or `exec`.'),
      member('size', 'number', 'Bytes.'),
      member('cpu', 'number', 'CPU that made it.'),
      member('pid', 'number', 'Number of the process.'),
      member('index', 'number', 'Which access of the run it is.'),
      member('walk', 'madeWalk', 'The walk that really happened, or none.'),
      member('pa', 'number?', 'Physical address, or none if it was not translated.'),
    ],
  },
  maybe('madeWalk', 'a walk', [
    member('refs', 'number', 'Table entries read.'),
    member('cycles', 'number', 'Cycles it took.'),
    member('count', 'number', 'Walks of this access: several if it crosses a page or sets a dirty bit.'),
  ]),
  maybe('walk', 'a walk', [
    member('refs', 'number', 'Table entries read.'),
    member('cycles', 'number', 'Cycles it takes.'),
    member('levels', 'walkLevels', 'The entries that it reads, by level; as a number, how many.'),
    member('result', 'walkResult', '`mapped`, `notPresent`, `reserved` or `notCanonical`.'),
    member('pa', 'number?', 'Physical address of the page, or none; in a guest the host’s.'),
    member('gpa', 'number?', 'In a guest: guest-physical address of the page, or none.'),
  ]),
  {
    kind: 'walkLevels',
    title: 'the levels of a walk',
    value: 'number',
    members: LEVELS.map((level) => member(level, 'entry', `The ${level} entry.`)),
  },
  {
    kind: 'fault',
    title: 'a fault',
    value: 'faultKind',
    optional: true,
    members: [
      member('kind', 'faultKind', 'What the kernel made of it.'),
      member('code', 'number', 'Error code that the hardware pushed.'),
      member('address', 'number', 'Faulting address (CR2).'),
    ],
  },
  { kind: 'faults', title: 'a list of faults', element: 'fault', members: [member('count', 'number', 'How many.')] },
  {
    kind: 'tobj',
    title: 'a translation object',
    members: [
      member('mapped', 'boolean', 'False in a hole.'),
      member('present', 'boolean', 'Whether the hardware can use it.'),
      member('pa', 'number?', 'Physical address, or none.'),
      member('size', 'number', 'Bytes that it maps.'),
      ...['write', 'exec', 'user'].map((name) => member(name, 'boolean', `Right: ${name}.`)),
      member('dirty', 'boolean', 'Written since the bit was cleared.'),
      member('accessed', 'boolean', 'Used since the bit was cleared.'),
      member('global', 'boolean', 'Kept when CR3 is loaded.'),
      member('swap', 'boolean', 'Whether it is swapped out.'),
    ],
  },
  {
    kind: 'entry',
    title: 'a table entry',
    value: 'number',
    optional: true,
    members: [
      field('raw', 'number', 'The entry as a 64-bit word.'),
      field('present', 'boolean', 'Bit 0: without it all other bits belong to software.'),
      field('rw', 'boolean', 'Bit 1: writable.'),
      field('user', 'boolean', 'Bit 2: user mode may use it.'),
      field('pwt', 'boolean', 'Bit 3: write-through.'),
      field('pcd', 'boolean', 'Bit 4: not cached.'),
      field('accessed', 'boolean', 'Bit 5, set by the hardware.'),
      field('dirty', 'boolean', 'Bit 6 of a leaf, set by the hardware on the first write.'),
      field('huge', 'boolean', 'Bit 7 of an upper level: the entry is a leaf.'),
      field('global', 'boolean', 'Bit 8 of a leaf.'),
      field('nx', 'boolean', 'Bit 63: no fetches.'),
      field('pfn', 'number', 'Frame of the page or of the next table.'),
      member('folded', 'boolean', 'Whether the table below is folded into this level.'),
      member('address', 'number', 'Physical address of the entry.'),
      member('table', 'number', 'Physical address of the table that it stands in.'),
      member('index', 'number', 'Which entry of the table it is.'),
      member('level', 'string', 'Name of the level: `"PMD"`.'),
    ],
  },
  {
    kind: 'eptEntry',
    title: 'an entry of a host’s tables',
    value: 'number',
    optional: true,
    members: [
      field('raw', 'number', 'The entry as a 64-bit word.'),
      field('read', 'boolean', 'Bit 0.'),
      field('write', 'boolean', 'Bit 1.'),
      field('exec', 'boolean', 'Bit 2.'),
      field('huge', 'boolean', 'Bit 7 of an upper level: the entry is a leaf.'),
      field('accessed', 'boolean', 'Bit 8, set by the hardware with `nested ad on`.'),
      field('dirty', 'boolean', 'Bit 9 of a leaf, set by the hardware with `nested ad on`.'),
      field('pfn', 'number', 'Host frame of the page or of the next table.'),
      member('address', 'number', 'Host-physical address of the entry.'),
      member('index', 'number', 'Which entry of the table it is.'),
      member('level', 'string', 'Name of the level: `"hPTE"`.'),
    ],
  },
  {
    kind: 'tlbEntry',
    title: 'what the TLBs know',
    members: [
      member('hit', 'boolean', 'Whether any TLB knows the address.'),
      member('level', 'string?', 'Which TLB: `"L1D"`, `"L1I"` or `"STLB"`.'),
      member('size', 'number?', 'Bytes of the page.'),
      member('pfn', 'number?', 'Frame of the page, or none.'),
      member('dirty', 'boolean', 'Whether a write may use it as it is.'),
    ],
  },
  {
    kind: 'walkCacheEntry',
    title: 'what the walk caches know',
    members: [
      member('hit', 'boolean', 'Whether any walk cache knows the address.'),
      member('level', 'string?', 'Deepest level that hits: `"PMD"`.'),
      member('table', 'number?', 'Physical address of the next table.'),
    ],
  },
  maybe('vma', 'a memory area', [
    member('start', 'number', 'First address.'),
    member('end', 'number', 'First address behind it.'),
    member('size', 'number', 'Bytes.'),
    ...['read', 'write', 'exec'].map((name) => member(name, 'boolean', `Right: ${name}.`)),
    member('backing', 'string', 'What its pages come from: `"anon"`, `"shared"`, `"file"` or `"dax"`.'),
    member('pkey', 'number', 'Protection key.'),
    member('huge', 'string', 'Advice about huge pages: `"default"`, `"wanted"` or `"unwanted"`.'),
    member('stack', 'boolean', 'Whether it grows down.'),
  ]),
  maybe('mm', 'an address space', [
    member('rss', 'number', 'Resident pages.'),
    member('anon', 'number', 'Of them, anonymous ones.'),
    member('file', 'number', 'Of them, pages of files and of shared memory.'),
    member('swap', 'number', 'Pages that are swapped out.'),
    member('heap', 'region', 'The heap segment, as `brk` has set it.'),
    member('tables', 'number', 'Number of page tables.'),
    member('vmas', 'number', 'Number of memory areas.'),
  ]),
  maybe('iterator', 'an iterator', [
    member('at', 'number', 'Address that it looks at next.'),
    member('end', 'number', 'Where it stops.'),
    member('objects', 'number', 'Objects handed out; a hole that was skipped is one.'),
    member('mapped', 'number', 'Of them, those where something is mapped.'),
    member('lookups', 'number', 'Look-ups from the root that this took.'),
  ]),
  { kind: 'number?', title: 'a number or none', value: 'number', optional: true, members: [] },
  { kind: 'string?', title: 'a string or none', value: 'string', optional: true, members: [] },
  {
    kind: 'ecpt',
    title: 'cuckoo tables',
    optional: true,
    members: [
      { ...member('way', 'ecptWay', 'A way of the current process: `ecpt.way(SIZE, N)`.'), isFunction: true },
      { ...member('kernelWay', 'ecptWay', 'A way of the kernel’s own: `ecpt.kernelWay(SIZE, N)`.'), isFunction: true },
      member('resizes', 'number', 'Resizes that are wanted or go on, of all address spaces.'),
      field('batches', 'number', 'Batches that the thread that resizes has done; setting it higher runs the thread.'),
    ],
  },
  {
    kind: 'ecptWay',
    title: 'a way of cuckoo tables',
    optional: true,
    members: [
      member('slots', 'number', 'Clusters that it has room for.'),
      member('used', 'number', 'Clusters that it has, without those that have moved.'),
      member('occupancy', 'number', 'How full it is, in percent.'),
      member('pointer', 'number', 'The rehash pointer: slots below it have moved.'),
      member('resizing', 'boolean', 'Whether a resize of it is wanted, or goes on.'),
      member('newSlots', 'number', 'Of the table that it moves to; 0 if it does not.'),
      member('newUsed', 'number', 'Clusters in that.'),
      member('table', 'number', 'Physical address of its table.'),
    ],
  },
];

/** Values of enumerations; `none` belongs to all of them. */
export const ENUMERATIONS: Readonly<Record<Kind, readonly string[]>> = {
  faultKind: [
    ...['minor', 'major', 'cow', 'thp', 'protection', 'spurious'],
    ...['fatal', 'SIGSEGV', 'SIGBUS', 'GP', 'OOM', 'RESET'],
  ],
  accessKind: ['read', 'write', 'exec'],
  walkResult: ['mapped', 'notPresent', 'reserved', 'notCanonical'],
};

/** Records `stats`, `stats.faults`, `stats.tlb.l1d` …, made of the counters’ paths. */
function statsRecords(): KindRow[] {
  const records = new Map<string, Map<string, MemberRow>>();
  for (const path of STATS_PATHS) {
    const names = path.split('.');
    names.slice(1).forEach((name, depth) => {
      const owner = names.slice(0, depth + 1).join('.');
      const leaf = depth === names.length - 2;
      const row = member(name, leaf ? 'number' : `${owner}.${name}`, leaf ? 'A counter.' : 'Counters.');
      records.set(owner, (records.get(owner) ?? new Map<string, MemberRow>()).set(name, row));
    });
  }
  return [...records].map(([kind, members]) => ({ kind, title: 'counters', members: [...members.values()] }));
}

const BY_KIND: ReadonlyMap<Kind, KindRow> = new Map([...RECORDS, ...statsRecords()].map((row) => [row.kind, row]));

export const kindRow = (kind: Kind): KindRow | undefined => BY_KIND.get(kind);

export const memberOf = (kind: Kind, name: string): MemberRow | undefined =>
  kindRow(kind)?.members.find((row) => row.name === name);

const TITLES: Readonly<Record<Kind, string>> = {
  ...{ number: 'a number', boolean: 'a truth value', string: 'a string', range: 'a range', process: 'a process' },
  ...{
    none: 'no value',
    faultKind: 'a kind of fault',
    accessKind: 'a kind of access',
    walkResult: 'the result of a walk',
  },
};

/** For messages: `a number`, `a table entry`. */
export const titleOf = (kind: Kind): string => kindRow(kind)?.title ?? TITLES[kind] ?? 'a value';
