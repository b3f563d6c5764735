/**
 * Random scenarios that the checker accepts and that mostly run to their end: regions come and go, are touched in every
 * pattern, tables are edited by hand, expectations hold and fail. Each statement is drawn as numbers and made valid for
 * the regions that are there at its place, so that shrinking removes statements one by one.
 */
import fc from 'fast-check';

const STATEMENTS = [
  'mmap',
  'mmap',
  'populate',
  'single',
  'single',
  'single',
  'cross',
  'step',
  'step',
  'random',
  'zipf',
  'chase',
  'munmap',
  'part',
  'flush',
  'invlpg',
  'edit',
  'expect',
  'fails',
  'failsRanged',
  'loop',
  'print',
  'process',
  'advise',
  'advise',
  'kernel',
  'kernel',
  'fork',
  'cpu',
] as const;

const ADVICE = ['dontneed', 'free', 'hugepage', 'collapse', 'cold', 'pageout', 'willneed', 'populate'];
/** On all of a region; each may be refused for want of memory, or because part of it is gone. */
const WORK = [
  ...[
    'promote R',
    'demote R',
    'swapout R',
    'migrate R node 1',
    'migrate R node 0',
    'iterate R',
    'iterate R using default',
  ],
  ...['khugepaged', 'reclaim 20', 'fragment order 9 free 1', 'mprotect R rwx', 'mremap R to 80 * 4KiB'],
];

const statement = fc.record({
  what: fc.constantFrom(...STATEMENTS),
  region: fc.nat(),
  pages: fc.constantFrom(1, 2, 5, 12, 70, 1100),
  kind: fc.constantFrom('read', 'write', 'read', 'write', 'exec'),
  far: fc.boolean(),
});
type Drawn = typeof statement extends fc.Arbitrary<infer T> ? T : never;

export const randomScenario: fc.Arbitrary<string> = fc.array(statement, { minLength: 3, maxLength: 25 }).map(textOf);

interface Region {
  name: string;
  pages: number;
}

class Writer {
  readonly lines = [
    ...['machine {', '  preset classroom', '  memory 64MiB', '  swap 1MiB', '  nodes 2', '  cpus 2', '  thp madvise'],
    ...['  zeropage on', '}', 'process p0'],
  ];
  #regions: Region[] = [];
  #made = 0;

  add({ what, region, pages, kind, far }: Drawn, index: number): void {
    const r = this.#regions[region % Math.max(1, this.#regions.length)];
    if (what === 'mmap' || what === 'populate' || r === undefined) return this.#map(pages, far, what === 'populate');
    const at = `${r.name} + ${(region % r.pages) * 4096 + (region % 4088)}`;
    switch (what) {
      case 'single':
        return this.#line(`${kind} ${at}`);
      case 'cross':
        return this.#line(r.pages > 1 ? `${kind} ${r.name} + ${4096 - 1 - (region % 7)}` : `${kind} ${at}`);
      case 'step':
        return this.#line(`${kind} ${r.name} size 1 step ${r.pages > 100 ? 4096 : [64, 4096, 8192, 1000][region % 4]}`);
      case 'random':
        return this.#line(`${kind} ${r.name} random ${1 + (region % 60)} seed ${region % 100}`);
      case 'zipf':
        return this.#line(`${kind} ${r.name} zipf ${1 + (region % 60)} theta ${['0', '0.99', '1.2'][region % 3]}`);
      case 'chase':
        return this.#line(`${kind} ${r.name} chase ${1 + (region % 60)} size ${[8, 64, 4096][region % 3]}`);
      case 'munmap':
        this.#regions = this.#regions.filter((other) => other !== r);
        return this.#line(`munmap ${r.name}`);
      case 'part':
        return this.#line(
          `munmap ${r.name} for ${1 + (region % r.pages)} * 4KiB`,
          () => void (this.#regions = this.#regions.filter((o) => o !== r)),
        );
      case 'flush':
        return this.#line('flush tlb');
      case 'invlpg':
        return this.#line(`invlpg ${at}`);
      case 'edit':
        return this.#line(
          `if pte(${at}) != none && pte(${at}).present {`,
          `  set pte(${at}).${['accessed', 'dirty', 'rw'][region % 3]} = ${region % 2}`,
          '}',
        );
      case 'expect':
        return this.#line(
          ['expect stats.faults.minor > 3, "some"', `expect walk(${at}).refs == 4`, 'expect tick > 0'][region % 3],
        );
      case 'fails':
        return this.#line('expect fails read 0x5000', 'expect fault == SIGSEGV');
      case 'failsRanged':
        return this.#line(
          `munmap ${r.name} + ${(region % r.pages) * 4096} for 4KiB`,
          `expect fails ${kind} ${r.name} size 4 step ${[64, 4096, 8190][region % 3]} with ` +
            ['tick % 2 == 0', `access.index == ${region % 5}`, 'access.walk == none'][far ? 0 : region % 3],
          () => void (this.#regions = this.#regions.filter((other) => other !== r)),
        );
      case 'loop':
        return this.#line(
          `repeat ${region % 4} {`,
          `  ${kind} ${at}`,
          `  for page in ${r.name} step 8KiB {`,
          `    ${kind} page`,
          '  }',
          '}',
        );
      case 'print':
        return this.#line(`print "{stats.walks.count} {mm.rss} {walk(${at}).refs}"`);
      case 'advise':
        return this.#line(`madvise ${r.name} ${ADVICE[region % ADVICE.length]}`);
      case 'kernel':
        return this.#line(WORK[region % WORK.length].replace('R', r.name));
      case 'fork':
        return this.#line(`fork p${index + 1}`, ...(far ? [`switch p${index + 1}`] : []));
      case 'cpu':
        return this.#line(`on cpu ${region % 2}`);
      case 'process':
        this.#regions = [];
        return this.#line(`process p${index + 1}`);
    }
  }

  #map(pages: number, far: boolean, populate: boolean): void {
    const name = `r${this.#made++}`;
    this.#regions.push({ name, pages });
    const at = far ? ` at 0x${(0x10_0000_0000 + this.#made * 0x4020_0000).toString(16)}` : '';
    this.#line(`mmap ${name} ${pages} * 4KiB rwx anon${at}${populate ? ' populate' : ''}`);
  }

  #line(...texts: (string | (() => void))[]): void {
    for (const text of texts) {
      if (typeof text === 'string') this.lines.push(text);
      else text();
    }
  }
}

function textOf(drawn: readonly Drawn[]): string {
  const writer = new Writer();
  drawn.forEach((d, i) => writer.add(d, i));
  return writer.lines.join('\n') + '\n';
}
