/**
 * facts/trace-rules.md as a program: slow, plain, and independent of everything in src.
 *
 * Property tests hold the real machine to it. It shares no code with the importer (its parser is two regular
 * expressions) and no ideas with the machine (its caches are arrays in order of use, its tables are sets of numbers).
 * The numbers in brackets are the sections of the rules.
 */

/** Field names are those of expected.json, so that results compare without a mapping. */
export interface Config {
  /** [entries, ways] */
  l1: [number, number];
  stlb: [number, number];
  /** Entries of [PML4E, PDPTE, PDE]. */
  pwc: [number, number, number];
  strict_inclusive: boolean;
  pwc_promote_all: boolean;
}

export interface Lines {
  I: number;
  L: number;
  S: number;
  M: number;
  other: number;
}

export interface Counters {
  lines: Lines;
  accesses: number;
  loads: number;
  stores: number;
  page_crossing_accesses: number;
  tlb_lookups: number;
  l1_hits: number;
  l1_misses: number;
  l1_evictions: number;
  stlb_hits: number;
  stlb_misses: number;
  stlb_evictions: number;
  l1_back_invalidations: number;
  page_faults: number;
  page_faults_by_load: number;
  page_faults_by_store: number;
  fault_walk_refs: number;
  pt_pages: { pml4: number; pdpt: number; pd: number; pt: number; total: number };
  walks: number;
  walk_refs_no_pwc: number;
  walk_refs_pwc: number;
  pwc: { pde_hit_walks: number; pdpte_hit_walks: number; pml4e_hit_walks: number; miss_walks: number };
}

export interface Checkpoint {
  data_line: number;
  file_line: number;
  counters: Counters;
}

export interface Fault {
  n: number;
  data_line: number;
  file_line: number;
  op: string;
  addr: string;
  size: number;
  as: 'load' | 'store';
  page: string;
  new_table_pages: number;
  fault_walk_refs: number;
}

export interface Result {
  result: Counters;
  /** After data lines 1, 3, 10, 30, 100 … */
  checkpoints: Checkpoint[];
  /** All faults; expected.json has the first 64. */
  faults: Fault[];
}

export interface Spread {
  pages_4k: number;
  regions_2m: number;
  regions_1g: number;
  regions_512g: number;
}

/** One file's object in expected.json. */
export interface Expected {
  footprint: {
    lines: Lines;
    crossing_lines: Omit<Lines, 'other'>;
    data: Spread;
    instr: Spread;
    all: Spread;
    lowest: string;
    highest: string;
    sizes: Record<'I' | 'L' | 'S' | 'M', Record<string, number>>;
  };
  configs: Record<string, { config: Config; result: Counters; checkpoints?: Checkpoint[]; first_faults?: Fault[] }>;
}

export const DEFAULT_CONFIG: Config = {
  l1: [64, 4],
  stlb: [1536, 12],
  pwc: [2, 4, 32],
  strict_inclusive: false,
  pwc_promote_all: false,
};

/** One set of a cache: tags, most recently used first. */
class LruSet {
  readonly tags: number[] = [];

  constructor(private readonly ways: number) {}

  has(tag: number): boolean {
    return this.tags.includes(tag);
  }

  /** Makes `tag` the most recently used; true if it was there. */
  use(tag: number): boolean {
    const there = this.remove(tag);
    if (there) this.tags.unshift(tag);
    return there;
  }

  /** Inserts as most recently used; returns what was pushed out. */
  insert(tag: number): number | undefined {
    this.tags.unshift(tag);
    return this.tags.length > this.ways ? this.tags.pop() : undefined;
  }

  remove(tag: number): boolean {
    const place = this.tags.indexOf(tag);
    if (place >= 0) this.tags.splice(place, 1);
    return place >= 0;
  }
}

class Tlb {
  private readonly sets: LruSet[];

  constructor([entries, ways]: [number, number]) {
    this.sets = Array.from({ length: entries / ways }, () => new LruSet(ways));
  }

  setOf(page: number): LruSet {
    return this.sets[page % this.sets.length];
  }
}

interface Touch {
  line: Pick<Fault, 'data_line' | 'file_line' | 'op' | 'addr' | 'size'>;
  as: 'load' | 'store';
}

class Machine {
  readonly counters = zeroCounters();
  readonly faults: Fault[] = [];
  private readonly l1: Tlb;
  private readonly stlb: Tlb;
  private readonly pwc: LruSet[];
  private readonly pages = new Set<number>();
  /** Present PML4Es, PDPTEs and PDEs, by the page number without the bits below. */
  private readonly pml4es = new Set<number>();
  private readonly pdptes = new Set<number>();
  private readonly pdes = new Set<number>();

  constructor(private readonly config: Config) {
    this.l1 = new Tlb(config.l1);
    this.stlb = new Tlb(config.stlb);
    this.pwc = config.pwc.map((entries) => new LruSet(entries));
  }

  /** [2] One access: every page that it touches, in ascending order. */
  access(touch: Touch, address: number, size: number): void {
    const first = Math.floor(address / 4096);
    const last = Math.floor((address + size - 1) / 4096);
    this.counters.accesses++;
    this.counters[touch.as === 'load' ? 'loads' : 'stores']++;
    if (last > first) this.counters.page_crossing_accesses++;
    for (let page = first; page <= last; page++) this.touch(touch, page);
  }

  /** [3] One look-up. */
  private touch(touch: Touch, page: number): void {
    const { counters } = this;
    counters.tlb_lookups++;
    if (this.l1.setOf(page).use(page)) {
      counters.l1_hits++;
      return;
    }
    counters.l1_misses++;
    if (this.stlb.setOf(page).use(page)) {
      counters.stlb_hits++;
      this.fillL1(page);
      return;
    }
    counters.stlb_misses++;
    if (!this.pages.has(page)) this.fault(touch, page);
    this.walk(page);
    const evicted = this.stlb.setOf(page).insert(page);
    if (evicted !== undefined) {
      counters.stlb_evictions++;
      if (this.config.strict_inclusive && this.l1.setOf(evicted).remove(evicted)) counters.l1_back_invalidations++;
    }
    this.fillL1(page);
  }

  private fillL1(page: number): void {
    if (this.l1.setOf(page).insert(page) !== undefined) this.counters.l1_evictions++;
  }

  /** [4] The first touch of a page. */
  private fault({ line, as }: Touch, page: number): void {
    const { counters } = this;
    const tables = counters.pt_pages;
    const [pml4e, pdpte, pde] = tagsOf(page);
    const present = [this.pml4es.has(pml4e), this.pdptes.has(pdpte), this.pdes.has(pde)].filter(Boolean).length;
    if (tables.pml4 === 0) tables.pml4 = 1;
    this.pages.add(page);
    this.pml4es.add(pml4e);
    this.pdptes.add(pdpte);
    this.pdes.add(pde);
    tables.pdpt = this.pml4es.size;
    tables.pd = this.pdptes.size;
    tables.pt = this.pdes.size;
    tables.total = tables.pml4 + tables.pdpt + tables.pd + tables.pt;
    counters.page_faults++;
    counters[as === 'load' ? 'page_faults_by_load' : 'page_faults_by_store']++;
    counters.fault_walk_refs += 1 + present;
    this.faults.push({
      n: counters.page_faults,
      ...line,
      as,
      page: hex(page * 4096),
      new_table_pages: 3 - present,
      fault_walk_refs: 1 + present,
    });
  }

  /** [5] A walk, which always succeeds; tags and caches in the order PML4E, PDPTE, PDE. */
  private walk(page: number): void {
    const tags = tagsOf(page);
    const hits = tags.map((tag, level) => this.pwc[level].has(tag));
    const deepest = hits.lastIndexOf(true);
    const references = 3 - deepest;
    hits.forEach((hit, level) => {
      if (hit && (level === deepest || this.config.pwc_promote_all)) this.pwc[level].use(tags[level]);
      if (level > deepest) this.pwc[level].insert(tags[level]);
    });
    const outcome = (['miss_walks', 'pml4e_hit_walks', 'pdpte_hit_walks', 'pde_hit_walks'] as const)[deepest + 1];
    this.counters.pwc[outcome]++;
    this.counters.walks++;
    this.counters.walk_refs_no_pwc += 4;
    this.counters.walk_refs_pwc += references;
  }
}

const tagsOf = (page: number): number[] => [27, 18, 9].map((bits) => Math.floor(page / 2 ** bits));

const hex = (number: number): string => '0x' + number.toString(16);

const FETCH_LINE = /^I {2}[0-9a-f]+,\d+$/;
const DATA_LINE = /^ ([LSM]) ([0-9a-f]+),(\d+)$/;

/** [1] Runs the text of a trace on a machine of the given geometry. */
export function simulateByRules(text: string, config: Config = DEFAULT_CONFIG): Result {
  const machine = new Machine(config);
  const { counters, faults } = machine;
  const checkpoints: Checkpoint[] = [];
  let dataLine = 0;
  linesOf(text).forEach((line, index) => {
    const data = DATA_LINE.exec(line);
    if (data === null) {
      counters.lines[FETCH_LINE.test(line) ? 'I' : 'other']++;
      return;
    }
    const op = data[1] as 'L' | 'S' | 'M';
    const address = parseInt(data[2], 16);
    const size = Number(data[3]);
    counters.lines[op]++;
    dataLine++;
    const where = { data_line: dataLine, file_line: index + 1, op, addr: hex(address), size };
    if (op !== 'S') machine.access({ line: where, as: 'load' }, address, size);
    if (op !== 'L') machine.access({ line: where, as: 'store' }, address, size);
    if (isCheckpoint(dataLine)) {
      checkpoints.push({ data_line: dataLine, file_line: index + 1, counters: structuredClone(counters) });
    }
  });
  return { result: counters, checkpoints, faults };
}

/** A newline ends a line: the text behind the last one is a line only if there is any. */
function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

const isCheckpoint = (dataLine: number): boolean => /^[13]0*$/.test(String(dataLine));

const zeroCounters = (): Counters => ({
  lines: { I: 0, L: 0, S: 0, M: 0, other: 0 },
  accesses: 0,
  loads: 0,
  stores: 0,
  page_crossing_accesses: 0,
  tlb_lookups: 0,
  l1_hits: 0,
  l1_misses: 0,
  l1_evictions: 0,
  stlb_hits: 0,
  stlb_misses: 0,
  stlb_evictions: 0,
  l1_back_invalidations: 0,
  page_faults: 0,
  page_faults_by_load: 0,
  page_faults_by_store: 0,
  fault_walk_refs: 0,
  pt_pages: { pml4: 0, pdpt: 0, pd: 0, pt: 0, total: 0 },
  walks: 0,
  walk_refs_no_pwc: 0,
  walk_refs_pwc: 0,
  pwc: { pde_hit_walks: 0, pdpte_hit_walks: 0, pml4e_hit_walks: 0, miss_walks: 0 },
});
