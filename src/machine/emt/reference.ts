/**
 * The EMT API as a page, docs/emt.md: what each of the 50 functions is for, what its architecture-neutral default does, and
 * whether a driver has its own. The rows are typed by the function tables, so that none can be missing; a test holds the page to
 * them. Contracts to the letter are in driver.ts.
 */
import { CUSTOMIZABLE_GROUPS, FUNCTION_GROUPS } from '../core/functions';

type Basic = keyof typeof FUNCTION_GROUPS.basic;
type Customizable = keyof typeof FUNCTION_GROUPS.customizable;

const BASIC: Readonly<Record<Basic, string>> = {
  tobj_init: 'Makes an absent object of base-page size for an address.',
  tobj_read_attr:
    'Reads one attribute of an object: VA, PA, SIZE, MAPPED, PRESENT, READ, WRITE, EXEC, USER, ACCESSED, …',
  tobj_write_attr: 'Writes one attribute of an object. Nothing is mapped by that: an object is a copy.',
  tobj_copy: 'Copies an object.',
  tdb_find_tobj: 'The one object at an address; in a hole an absent one.',
  tdb_update_tobj: 'Enters an object, or replaces one of the same size; says what was there.',
  tdb_remove_tobj: 'Removes the object at an address; says what was there.',
  tdb_page_sizes: 'Page sizes that a database can hold, largest first.',
  tdb_stats: 'Tables in use, by level, and their bytes.',
  tsvc_init: 'Once, before all else.',
  tsvc_create_tdb: 'A new empty database: an address space.',
  tsvc_destroy_tdb: 'Takes an empty database away, with the tables that are left.',
  tsvc_switch_tdb: 'Loads a database into the CPU that runs (CR3).',
  tsvc_read_tdb: 'Which database the CPU has loaded.',
  tsvc_flush_tlb: 'Drops cached translations of a range, on every CPU that may have some.',
};

/** Meaning, and what the default does. */
const CUSTOMIZABLE: Readonly<Record<Customizable, readonly [string, string]>> = {
  tobj_iter_init: ['Begins a scan of a range.', 'Remembers the range.'],
  tobj_iter_has_next: ['Whether the scan has come to its end.', 'Compares two addresses.'],
  tobj_iter_next: [
    'Hands out the next object; may skip holes.',
    '`tdb_find_tobj` at the place: a look-up from the root for each object, and for each page of a hole.',
  ],
  tobj_iter_peek: ['The object that comes next.', '`tdb_find_tobj` at the place.'],
  tobj_iter_seek: ['Goes on at another address of the range.', 'Sets the place.'],
  tobj_iter_end: ['Ends a scan.', 'Nothing.'],
  thp_eligible: [
    'Whether a huge page may be put at an address.',
    'The size exists, its aligned range lies in the area, and `addr_range_void`.',
  ],
  dec_page_size: ['The next smaller page size.', 'From `tdb_page_sizes`.'],
  huge_promote: [
    'Enters a huge object in place of what is mapped in its range.',
    'Removes object by object, enters the huge one, and goes back if that fails.',
  ],
  huge_demote: [
    'Makes objects of the next smaller size of a huge one.',
    'Removes it and enters its parts, and goes back if that fails.',
  ],
  huge_clear: ['Removes a huge object.', '`tdb_remove_tobj`.'],
  huge_split_prepare: [
    'Whether a demote would have the memory that it needs.',
    'A guess: as many bytes are free as the parts take.',
  ],
  addr_range_void: ['Whether nothing is mapped in a range.', 'Asks the iterator until it finds something.'],
  addr_range_remove: ['Removes what is mapped in a range, in bounded steps.', 'Object by object.'],
  addr_range_protect: ['Takes rights away in a range, or gives back all but WRITE.', 'Object by object.'],
  addr_range_copy: [
    'Copies a range to another database, as the kernel’s policy says (fork).',
    'Object by object: first a copy as it is, which may fail, then what it and the original become.',
  ],
  addr_range_move: [
    'Moves a range to another address (mremap).',
    'Object by object: entered there, then removed here.',
  ],
  addr_range_free_tables: [
    'Frees the tables that serve a range alone.',
    'Nothing: without knowing the tables, they go with the database.',
  ],
  addr_range_get_lock: ['Which lock covers a range.', 'One for the whole database.'],
  addr_range_try_lock: ['Takes a lock if it is free.', 'It is: one CPU runs at a time.'],
  addr_range_write_lock: ['Takes a lock.', 'Costs what it costs.'],
  addr_range_write_unlock: ['Gives it back.', 'Costs what it costs.'],
  addr_range_put_lock: ['The lock is not needed any more.', 'Nothing.'],
  tobj_is_swap: ['Whether an object names a swap slot.', 'Attribute SWAP.'],
  tobj_to_swap: ['Which slot.', 'Attribute SWAP.'],
  swap_to_tobj: ['Makes an object name a slot.', 'Attribute SWAP.'],
  huge_to_swap: [
    'Replaces a huge object by base objects that name consecutive slots.',
    'Removes it and enters them, and goes back if that fails.',
  ],
  tlb_gather_start: ['Begins to gather what has to be flushed.', 'An empty record.'],
  tlb_gather_table: ['A table has left the tree: it is freed behind the flush.', 'Adds it to the record.'],
  tlb_gather_finish: ['Flushes what was gathered, then frees the tables.', '`tsvc_flush_tlb` of the whole range.'],
  walk_cache_flush: ['Drops walk-cache entries, and as few translations as can be.', '`tsvc_flush_tlb` of the range.'],
  tobj_test_clear_accessed: ['Clears A in place; says whether it was set.', 'Find, change the copy, enter it.'],
  tobj_test_clear_dirty: ['Clears D in place; says whether it was set.', 'Find, change the copy, enter it.'],
  tobj_write_protect: ['Takes WRITE away in place.', 'Find, change the copy, enter it.'],
  tobj_make_writable: ['Gives WRITE in place.', 'Find, change the copy, enter it.'],
};

const GROUP_TITLES: Readonly<Record<keyof typeof CUSTOMIZABLE_GROUPS, string>> = {
  iterator: 'Iterator',
  hugePage: 'Huge pages',
  addressRange: 'Address ranges',
  lock: 'Locks',
  swap: 'Swap',
  translationCache: 'Translation caches',
  attributes: 'Attributes in place',
};

const HEAD = `# The EMT API

Between the kernel and the page tables stands one interface, after EMT (_Extensible Memory Translation_, OSDI '25): the
kernel knows _translation objects_ (tobj: one mapping and its attributes), _databases_ of them (tdb: an address space) and a
_service_ (tsvc: what the CPU has loaded), and no tables. What stands behind it is an MMU driver.

A driver must have the 15 basic functions. Each of the 35 others has an architecture-neutral default that is built on the
basic ones: right for every MMU, and rarely fast. A driver overrides those that its tables let it do better; \`emt defaults\`
in a machine block takes the default instead, of all of them or of some, and nothing but the cost changes. Function
breakpoints take all these names, and \`tobj_iter_next [default]\` one implementation alone; the listing says at every call
whose code runs.

Names in EMT's paper are kept; those that it does not give follow its style. Contracts are in \`src/machine/emt/driver.ts\`.
Each call costs a number of instructions (a parameter: \`cost NAME VALUE\`), and each table entry that it reads or writes some
more (\`entry_read\`, \`entry_write\`): that is what tells a default from an override.
`;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n') + '\n';
}

/** `overridden`: the customizable functions of which the radix driver has its own. */
export function emtPage(overridden: ReadonlySet<string>): string {
  const basic = Object.entries(FUNCTION_GROUPS.basic).map(([name, cost]) => [
    `\`${name}\``,
    BASIC[name as Basic],
    `${cost}`,
  ]);
  const group = (key: keyof typeof CUSTOMIZABLE_GROUPS): string[] => {
    const rows = CUSTOMIZABLE_GROUPS[key].map((name) => {
      const [meaning, fallback] = CUSTOMIZABLE[name as Customizable];
      const own = overridden.has(name) ? 'own' : 'default';
      return [`\`${name}\``, meaning, fallback, own, `${FUNCTION_GROUPS.customizable[name as Customizable]}`];
    });
    return [
      `### ${GROUP_TITLES[key]}\n`,
      table(['function', 'meaning', 'the default', 'radix trees', 'instructions'], rows),
    ];
  };
  const groups = Object.keys(CUSTOMIZABLE_GROUPS) as (keyof typeof CUSTOMIZABLE_GROUPS)[];
  return [
    HEAD,
    '## Basic functions\n',
    table(['function', 'meaning', 'instructions'], basic),
    '## Customizable functions\n',
    ...groups.flatMap(group),
  ].join('\n');
}
