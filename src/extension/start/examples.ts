/** The examples that come with the extension, in the order in which one looks at them. Pure data. */

export interface Example {
  /** Name in examples/. */
  file: string;
  title: string;
  shows: string;
}

export interface ExampleGroup {
  title: string;
  examples: readonly Example[];
}

const example = (file: string, title: string, shows: string): Example => ({ file: `${file}.ptscen`, title, shows });

export const EXAMPLE_GROUPS: readonly ExampleGroup[] = [
  {
    title: 'Paging, from the first fault',
    examples: [
      example('01-first-fault', 'The first fault', 'How page tables come into being when a page is touched'),
      example('02-walk-and-tlb', 'Walks and TLBs', 'The caches that avoid walks, small enough to see every entry'),
      example('03-real-program', 'A real program', 'The trace of `ls`: regions appear fault by fault'),
      example('04-fork-cow', 'fork and copy-on-write', 'Shared frames, and the copies that writes make'),
      example('05-thp-life', 'The life of a huge page', 'Fault, split and collapse of 2 MiB'),
      example('06-swap', 'Swap', 'Reclaim, swap entries in page tables, major faults'),
      example('07-stale-tlb', 'A forgotten TLB flush', 'Accesses that should fail and do not'),
      example('08-iterator-default-vs-driver', 'Two iterators', 'EMT’s neutral default against the driver’s own'),
      example('09-levels', 'Levels', 'The same program on tables of one to five levels'),
    ],
  },
  {
    title: 'Flattened page tables',
    examples: [
      example('20-fpt-three-modes', 'Three modes', 'Four levels of tables in two'),
      example('21-fpt-fallback-mixed', 'No block left', 'Normal and flattened tables in one tree'),
      example('22-fpt-free-and-flush', 'Free and flush', 'When the block of a table may be used again'),
      example('23-fpt-sparse-cost', 'What it costs', 'One page in each of sixteen GiB'),
      example('24-prioritised-lines', 'Prioritised lines', 'Data caches that keep page-table lines'),
    ],
  },
  {
    title: 'Elastic cuckoo page tables',
    examples: [
      example('30-ecpt-first-walk', 'The first walk', 'Three probes side by side, and the hints that prune them'),
      example('31-ecpt-kick-chain', 'A kick chain', 'Clusters that push each other out of their slots'),
      example('32-ecpt-resize', 'A resize', 'A way that grows while everything goes on'),
      example('33-ecpt-iterator', 'An empty range', 'What it costs to find nothing in a hash'),
      example(
        '34-ecpt-self-reference',
        'Tables that translate themselves',
        'The kernel’s own ways, and how a machine dies',
      ),
    ],
  },
  {
    title: 'Nested paging',
    examples: [
      example('40-nested-walk', 'A walk in two dimensions', 'Twenty-four references for one address of a guest'),
      example(
        '41-ept-violation',
        'An EPT violation',
        'Two kinds of “not there”: the guest’s page fault, and the host’s',
      ),
    ],
  },
];
