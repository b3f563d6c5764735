/** Pictures that show everything that the Walk view can draw. */
import type { CacheLookup, FaultSummary, WalkPicture } from '../../src/protocol/walk';
import { fieldsOf, hit, levelsOf, miss, pictureOf } from './build';

const HEAP = 0x5555_5540_0000n;
const STACK = 0x7fff_ffff_eff8n;
const TABLE = 'P RW US A';
const PAGE = 'P RW US A D NX';

function coldMisses(address: bigint, from: number): CacheLookup[] {
  const key = (low: bigint): string => `0x${(address >> low).toString(16)}`;
  return [
    miss('L1D TLB 4K', `VPN ${key(12n)}`, 12, from, 0),
    miss('STLB 4K+2M', `VPN ${key(12n)}`, 12, from + 1, 0),
    miss('PWC PMD', key(21n), 21, from + 2),
    miss('PWC PUD', key(30n), 30, from + 3),
    miss('PWC PGD', key(39n), 39, from + 4),
  ];
}

const missingPage: FaultSummary = {
  vector: '#PF',
  kind: 'minor, anonymous',
  errorCode: '0x6',
  errorBits: ['W', 'U'],
  cr2: '0x0000555555400010',
  explanation: 'A user write to a page that is not present: the walk ended at the PGD entry, which is empty.',
  event: 8,
};

/** The first touch of a new process: one read, an empty entry, a fault; the retry is still to come. */
export const firstFault: WalkPicture = pictureOf({
  address: HEAP + 0x10n,
  title: 'write heap+0x10',
  cursor: { tick: 3, event: 7, events: 41 },
  lookups: [...coldMisses(HEAP, 1), ...coldMisses(HEAP, 26)],
  walks: [
    {
      purpose: 'translate',
      startedFrom: 'CR3',
      outcome: 'fault',
      references: 1,
      firstEvent: 6,
      lastEvent: 7,
      levels: levelsOf(HEAP, [{ table: 0x1000, event: 7, cycles: 212 }, 'notReached', 'notReached', 'notReached']),
    },
    {
      purpose: 'retry',
      startedFrom: 'CR3',
      outcome: 'mapped',
      references: 4,
      firstEvent: 31,
      lastEvent: 36,
      levels: fourReads(HEAP, 32),
    },
  ],
  fault: missingPage,
  result: arrival(37),
});

function fourReads(address: bigint, from: number) {
  return levelsOf(address, [
    { table: 0x1000, frame: 0x3, flags: TABLE, event: from, cycles: 4 },
    { table: 0x3000, frame: 0x4, flags: TABLE, event: from + 1, cycles: 14 },
    { table: 0x4000, frame: 0x1a2, flags: TABLE, event: from + 2, cycles: 212 },
    { table: 0x1a2000, frame: 0x1a3, flags: PAGE, event: from + 3, cycles: 212 },
  ]);
}

function arrival(event: number) {
  return {
    physical: '0x00000000001a3010',
    pageSizeBytes: 4096,
    frame: '0x1a3',
    rights: 'rw-u',
    from: 'walk',
    references: 4,
    cycles: 442,
    event,
  };
}

/** A walk from CR3 with its four reads, the cursor at the third. */
export const fullWalk: WalkPicture = pictureOf({
  address: HEAP + 0x10n,
  title: 'write heap+0x10',
  cursor: { tick: 9, event: 9, events: 12 },
  lookups: coldMisses(HEAP, 1),
  walks: [
    {
      purpose: 'translate',
      startedFrom: 'CR3',
      outcome: 'mapped',
      references: 4,
      firstEvent: 6,
      lastEvent: 10,
      levels: fourReads(HEAP, 7),
    },
  ],
  result: arrival(11),
});

/** The same on a machine with data caches: each entry was found somewhere. */
export const foundInCaches: WalkPicture = {
  ...fullWalk,
  cursor: { tick: 9, event: 11, events: 12 },
  walks: fullWalk.walks.map((walk) => ({
    ...walk,
    cycles: 442,
    levels: walk.levels.map((level, i) => ({ ...level, foundIn: ['L1', 'L2', 'DRAM', 'DRAM'][i] })),
  })),
};

/** A walk cache knew the table of PTEs: one read instead of four. */
export const walkFromCache: WalkPicture = pictureOf({
  address: HEAP + 0x5123n,
  title: 'read heap+0x5123',
  kind: 'read',
  cursor: { tick: 12, event: 4, events: 6 },
  lookups: [...coldMisses(HEAP + 0x5000n, 1).slice(0, 2), hit('PWC PMD', '0x2aaaaaa', 21, 3, 'table at 0x1a2000')],
  walks: [
    {
      purpose: 'translate',
      startedFrom: 'PWC PMD',
      outcome: 'mapped',
      references: 1,
      firstEvent: 4,
      lastEvent: 4,
      levels: levelsOf(HEAP + 0x5123n, [
        'skipped',
        'skipped',
        'skipped',
        { table: 0x1a2000, frame: 0x1f7, flags: 'P RW US A', event: 4, cycles: 14 },
      ]),
    },
  ],
  result: { ...arrival(5), physical: '0x00000000001f7123', frame: '0x1f7', references: 1, cycles: 14 },
});

/** No walk at all. */
export const tlbHit: WalkPicture = pictureOf({
  address: HEAP + 0x5fe8n,
  title: 'read heap+0x5fe8',
  kind: 'read',
  cursor: { tick: 13, event: 1, events: 3 },
  lookups: [hit('L1D TLB 4K', 'VPN 0x555555405', 12, 1, 'PFN 0x1f7')],
  walks: [],
  result: { ...arrival(2), physical: '0x00000000001f7fe8', frame: '0x1f7', from: 'L1D TLB', references: 0, cycles: 0 },
});

/** A write through a clean TLB entry: the hardware walks again to set the dirty bit. */
export const dirtyAssist: WalkPicture = pictureOf({
  address: HEAP + 0x5ff0n,
  title: 'write heap+0x5ff0',
  cursor: { tick: 14, event: 5, events: 6 },
  lookups: [
    hit('L1D TLB 4K', 'VPN 0x555555405', 12, 1, 'PFN 0x1f7, clean'),
    hit('PWC PMD', '0x2aaaaaa', 21, 2, 'table at 0x1a2000'),
  ],
  walks: [
    {
      purpose: 'dirty',
      startedFrom: 'PWC PMD',
      outcome: 'mapped',
      references: 1,
      firstEvent: 3,
      lastEvent: 4,
      levels: levelsOf(HEAP + 0x5ff0n, [
        'skipped',
        'skipped',
        'skipped',
        { table: 0x1a2000, frame: 0x1f7, flags: PAGE, event: 3, cycles: 4 },
      ]),
    },
  ],
  result: { ...arrival(5), physical: '0x00000000001f7ff0', frame: '0x1f7', references: 1, cycles: 4 },
});

/** Long names and large addresses, on tables of two folded levels, at the top of the stack. */
export const longNames: WalkPicture = {
  ...pictureOf({
    address: STACK,
    title: 'write the_stack_of_a_process_with_a_very_long_name_indeed-0x8',
    cursor: { tick: 1203, event: 11, events: 4096 },
    lookups: [
      miss('L1D TLB 4K', 'VPN 0x7fffffffe', 12, 1, 14),
      miss('STLB 4K+2M', 'VPN 0x7fffffffe', 12, 2, 1022),
      hit('PWC PGD', '0xff', 39, 3, 'table at 0xfffe3000'),
    ],
    walks: [],
  }),
  scheme: 'fpt L3L2',
  fields: fieldsOf(STACK, [
    { name: 'PGD', high: 47, low: 39 },
    { name: 'PUD+PMD', high: 38, low: 21 },
    { name: 'PTE', high: 20, low: 12 },
  ]),
  walks: [
    {
      purpose: 'translate',
      startedFrom: 'PWC PGD',
      outcome: 'fault',
      references: 2,
      firstEvent: 4,
      lastEvent: 6,
      levels: [
        { name: 'PGD', status: 'skipped', slots: 512, index: 255 },
        {
          ...levelsOf(STACK, [
            'skipped',
            { table: 0xffe0_3000, frame: 0xfffe8, flags: TABLE, event: 5, cycles: 212 },
          ])[1],
          name: 'PUD+PMD',
          slots: 2 ** 18,
          index: 2 ** 18 - 1,
        },
        levelsOf(STACK, [
          'skipped',
          'skipped',
          'skipped',
          { table: 0xfffe_8000, frame: 0xfffe9, flags: 'P US A NX', event: 6, cycles: 212 },
        ])[3],
      ],
    },
  ],
  fault: {
    vector: '#PF',
    kind: 'fatal, protection (SIGSEGV)',
    errorCode: '0x7',
    errorBits: ['P', 'W', 'U'],
    cr2: '0x00007fffffffeff8',
    explanation:
      'A user write to a page that is present but read only, in a mapping that does not allow writes: the kernel has nothing to repair and sends SIGSEGV.',
    event: 11,
  },
};

const way = (name: string, index: number, event: number) =>
  ({ name, status: 'read', slots: 64, index, table: '0x81a000', matches: false, cycles: 30, event }) as const;

/** A fault in cuckoo tables whose insert needs six kicks, of which the third is made. */
export const kickChain: WalkPicture = {
  ...pictureOf({
    address: HEAP + 0x2d_0000n,
    title: 'write heap+0x2d0000',
    cursor: { tick: 93, event: 22, events: 60 },
    lookups: coldMisses(HEAP, 1).slice(0, 2),
    walks: [
      {
        purpose: 'translate',
        startedFrom: 'user registers: 4K ways 0, 1, 2 (3 pruned)',
        outcome: 'fault',
        references: 3,
        firstEvent: 4,
        lastEvent: 8,
        probes: 'together',
        levels: [
          { name: 'PMD way 0', status: 'skipped', slots: 64, index: 0 },
          way('PTE way 0', 17, 5),
          way('PTE way 1', 60, 6),
          way('PTE way 2', 3, 7),
        ],
      },
    ],
    fault: {
      ...missingPage,
      cr2: '0x00005555556d0000',
      explanation: 'A user write to a page that is not present: no way has the page.',
      event: 9,
    },
  }),
  scheme: 'ecpt',
  fields: [
    { name: 'sign', highBit: 63, lowBit: 48, value: 0, bits: '0'.repeat(16) },
    { name: 'tag', highBit: 47, lowBit: 15, value: 0xaaaaaada, bits: '010101010101010101010101011011010', level: 0 },
    { name: 'entry', highBit: 14, lowBit: 12, value: 0, bits: '000' },
    { name: 'offset', highBit: 11, lowBit: 0, value: 0, bits: '000000000000' },
  ],
  kicks: [
    {
      level: 'PTE',
      lanes: ['way 0', 'way 1', 'way 1 (new)', 'way 2'],
      steps: [
        { lane: 3, slot: 3, cluster: '0xaaaaaa85a', victim: '0xaaaaaa812' },
        { lane: 0, slot: 41, cluster: '0xaaaaaa812', victim: '0xaaaaaa80c' },
        { lane: 1, slot: 22, cluster: '0xaaaaaa80c', victim: '0xaaaaaa83f' },
        { lane: 3, slot: 9, cluster: '0xaaaaaa83f', victim: '0xaaaaaa801' },
        { lane: 2, slot: 255, cluster: '0xaaaaaa801', victim: '0xaaaaaa82e' },
        { lane: 3, slot: 50, cluster: '0xaaaaaa82e', victim: '0xaaaaaa811' },
        { lane: 0, slot: 8, cluster: '0xaaaaaa811' },
      ].map((step, i) => ({ ...step, address: '0x5555_5540_0000', event: 18 + 2 * i })),
      ended: true,
    },
  ],
};

const probe = (number: number, index: number, event: number, matches = false) =>
  ({ name: `PTE probe ${number}`, status: 'read', slots: 8192, index, matches, cycles: 30, event }) as const;

/** A hashed table in which two slots are taken by other pages. */
export const probes: WalkPicture = {
  ...pictureOf({
    address: HEAP + 0x10n,
    title: 'read heap+0x10',
    cursor: { tick: 9, event: 5, events: 12 },
    lookups: coldMisses(HEAP, 1).slice(0, 2),
    walks: [
      {
        purpose: 'translate',
        startedFrom: 'CR3: slot 3111 of 8192',
        outcome: 'mapped',
        references: 3,
        firstEvent: 3,
        lastEvent: 7,
        probes: 'inTurn',
        levels: [
          probe(1, 3111, 4),
          probe(2, 3112, 5),
          { ...probe(3, 3113, 6, true), entry: levelsOf(HEAP, [{ table: 0x1000, frame: 0x1a3, event: 6 }])[0]?.entry },
        ],
      },
    ],
    result: { ...arrival(8), references: 3, cycles: 90 },
  }),
  scheme: 'hashed',
  fields: [
    { name: 'sign', highBit: 63, lowBit: 48, value: 0, bits: '0'.repeat(16) },
    {
      name: 'tag',
      highBit: 47,
      lowBit: 12,
      value: 0x555555400,
      bits: '010101010101010101010101010000000000',
      level: 0,
    },
    { name: 'offset', highBit: 11, lowBit: 0, value: 16, bits: '000000010000' },
  ],
};

/** More tries than have room beside each other. */
export const manyTries: WalkPicture = {
  ...firstFault,
  walks: [
    ...firstFault.walks,
    { ...firstFault.walks[1], purpose: 'confirm', firstEvent: 38, lastEvent: 38 },
    { ...firstFault.walks[1], purpose: 'resume', outcome: 'abandoned', firstEvent: 39, lastEvent: 39 },
    { ...firstFault.walks[1], purpose: 'dirty', firstEvent: 40, lastEvent: 40 },
  ] as WalkPicture['walks'],
};

/** The last access before a statement that makes none. */
export const lastAccess: WalkPicture = {
  ...fullWalk,
  cursor: { tick: 9, event: 12, events: 12 },
  aside: { kind: 'lastAccess', statement: 'munmap heap .. heap+16KiB', ticksAgo: 3 },
};

export const PICTURES = {
  firstFault,
  fullWalk,
  foundInCaches,
  walkFromCache,
  tlbHit,
  dirtyAssist,
  longNames,
  kickChain,
  probes,
  manyTries,
  lastAccess,
} satisfies Record<string, WalkPicture>;
