/**
 * The JSON of a snapshot in the format `ptg-fixture-1`: one stopped guest, its registers, its root tables, and what its
 * kernel said about the process. Only what ptscope shows is read; more members are welcome.
 */
import { SnapshotError } from './errors';
import { Fields } from './fields';

export const SNAPSHOT_FORMAT = 'ptg-fixture-1';

export interface RootDescription {
  name: string;
  /** The raw register. */
  cr3: bigint;
  /** `process`, `pti-user`, `pti-kernel`, `kernel`. */
  kind: string;
  note: string;
}

/** A line of /proc/PID/maps. */
export interface MapDescription {
  start: bigint;
  end: bigint;
  permissions: string;
  name: string;
}

export interface PageFaultDescription {
  cr2: bigint;
  /** Absent where the machine stopped deeper in the kernel. */
  errorCode?: bigint;
  rip?: bigint;
  /** What the machine stopped in: the handler, or a function of the kernel. */
  where: string;
}

export interface SnapshotDescription {
  name: string;
  variant: string;
  label: string;
  text: string;
  levels: 4 | 5;
  pti: boolean;
  cpl: number;
  registers: Readonly<Record<string, bigint>>;
  roots: readonly RootDescription[];
  /** The page file: its name, how many pages it has, how many of these are tables, and the SHA-256 of its content. */
  pages: { file: string; count: number; tables: number; sha256?: string };
  ramBytes?: number;
  symbols: Readonly<Record<string, bigint>>;
  maps: readonly MapDescription[];
  pageFault?: PageFaultDescription;
}

/** True if the text is such a JSON as far as its start tells: for files whose name says nothing. */
export const looksLikeSnapshot = (text: string): boolean =>
  /^\s*\{/.test(text) && /"format"\s*:\s*"ptg-fixture-/.test(text.slice(0, 4096));

export function parseDescription(source: string, text: string): SnapshotDescription {
  const all = Fields.parse(source, text);
  const format = all.text('format', 'none');
  if (format !== SNAPSHOT_FORMAT)
    throw new SnapshotError(
      source,
      `this JSON is no snapshot of page tables: its "format" is ${JSON.stringify(format)}, "${SNAPSHOT_FORMAT}" is expected`,
    );
  const arch = all.text('arch', 'x86_64');
  if (arch !== 'x86_64') throw new SnapshotError(source, `only x86_64 snapshots can be read, not ${arch}`);
  const levels = all.count('levels');
  if (levels !== 4 && levels !== 5) all.fail('levels', '4 or 5');
  const roots = all.list('roots').map(rootOf);
  if (roots.length === 0) all.fail('roots', 'a list of at least one root table');
  const twice = roots.find(({ name }, i) => roots.findIndex((other) => other.name === name) < i);
  if (twice !== undefined) throw new SnapshotError(source, `there are two roots named ${JSON.stringify(twice.name)}`);
  return {
    name: all.text('name', ''),
    variant: all.text('variant', ''),
    label: all.text('label', ''),
    text: all.text('description', ''),
    levels: levels as 4 | 5,
    pti: all.flag('pti'),
    cpl: all.count('cpl'),
    registers: all.object('regs').words(),
    roots,
    pages: pagesOf(all.object('pages')),
    ramBytes: ramOf(all),
    symbols: all.optionalObject('kernel')?.optionalObject('symbols')?.words() ?? {},
    maps: (all.optionalObject('process')?.optionalList('maps') ?? []).map(mapOf),
    pageFault: faultOf(all.optionalObject('pageFault')),
  };
}

const rootOf = (root: Fields): RootDescription => ({
  name: root.text('name'),
  cr3: root.word('cr3'),
  kind: root.text('kind', 'process'),
  note: root.text('note', ''),
});

function pagesOf(pages: Fields): SnapshotDescription['pages'] {
  const file = pages.text('file');
  // A snapshot lies in one folder: it names no file elsewhere.
  if (!/^[^/\\:]+$/.test(file) || file === '..') pages.fail('file', 'the name of a file beside this one');
  const sha256 = pages.has('sha256') ? pages.text('sha256').toLowerCase() : undefined;
  return { file, count: pages.count('count'), tables: pages.count('tableCount'), sha256 };
}

function ramOf(all: Fields): number | undefined {
  const source = all.optionalObject('source');
  return source?.has('ramBytes') ? source.count('ramBytes') : undefined;
}

const mapOf = (map: Fields): MapDescription => ({
  start: map.word('start'),
  end: map.word('end'),
  permissions: map.text('perms', ''),
  name: map.text('name', ''),
});

function faultOf(fault: Fields | undefined): PageFaultDescription | undefined {
  if (fault === undefined) return undefined;
  const word = (name: string): bigint | undefined => (fault.has(name) ? fault.word(name) : undefined);
  const where = fault.has('function') ? fault.text('function') : 'the page-fault handler';
  return { cr2: fault.word('cr2'), errorCode: word('errorCode'), rip: word('rip'), where };
}
