/**
 * What memory management means, as simply as it can be said: each process has a map from pages to what a page is. No frames, no
 * tables, no sharing of copies: a fork copies values. Nothing of the machine is used, except the contents that files have.
 */
import { contentOfFile } from '../../../src/machine/kernel/faults/files';

/** What a page holds. `undefined`: nobody has said, and nobody checks. */
export interface Cell {
  value: number | undefined;
  /** MADV_FREE: may turn into zeroes until it is written. */
  lazy: boolean;
}

export interface Page {
  read: boolean;
  write: boolean;
  exec: boolean;
  kind: 'anon' | 'shared' | 'file' | 'dax';
  file: number;
  index: number;
  /** Shared by everybody who maps it, if the kind is shared or dax; else this process's own. */
  cell: Cell;
  pkey: number;
}

export interface FileModel {
  name: string;
  kind: 'file' | 'shared' | 'dax';
  pages: number;
  cells: Map<number, Cell>;
}

export type Outcome = 'ok' | 'SIGSEGV' | 'SIGBUS';

export class Oracle {
  /** `noExecute`: pages can be kept from being executed. */
  constructor(private readonly noExecute = true) {}

  readonly processes = new Map<string, Map<number, Page>>();
  readonly files: FileModel[] = [];

  create(name: string): void {
    this.processes.set(name, new Map());
  }

  space(name: string): Map<number, Page> {
    return this.processes.get(name)!;
  }

  isFree(name: string, start: number, end: number): boolean {
    for (let page = start; page < end; page++) if (this.space(name).has(page)) return false;
    return true;
  }

  covers(name: string, start: number, end: number): boolean {
    for (let page = start; page < end; page++) if (!this.space(name).has(page)) return false;
    return true;
  }

  map(name: string, start: number, pages: number, rights: string, kind: Page['kind'], file: string): void {
    const id = kind === 'anon' ? -1 : this.#open(kind, file, kind === 'shared' ? Infinity : pages);
    for (let i = 0; i < pages; i++)
      this.space(name).set(start + i, {
        ...rightsOf(rights),
        kind,
        file: id,
        index: i,
        cell: this.#fresh(kind, id, i),
        pkey: 0,
      });
  }

  #open(kind: FileModel['kind'], name: string, pages: number): number {
    const found = kind === 'shared' ? -1 : this.files.findIndex((f) => f.name === name && f.kind === kind);
    if (found >= 0) return found;
    return this.files.push({ name, kind, pages, cells: new Map() }) - 1;
  }

  /** What a page holds that nobody has written yet. */
  #fresh(kind: Page['kind'], file: number, index: number): Cell {
    if (kind === 'anon') return { value: 0, lazy: false };
    if (kind === 'file')
      return {
        value: contentOfFile({ ...this.files[file], id: file, root: 0, height: 0, cached: 0 }, index),
        lazy: false,
      };
    const { cells } = this.files[file];
    const cell = cells.get(index) ?? { value: kind === 'shared' ? 0 : undefined, lazy: false };
    cells.set(index, cell);
    return cell;
  }

  unmap(name: string, start: number, end: number): void {
    for (let page = start; page < end; page++) this.space(name).delete(page);
  }

  protect(name: string, start: number, end: number, rights: string): void {
    for (let page = start; page < end; page++) Object.assign(this.space(name).get(page)!, rightsOf(rights));
  }

  /** The pages of a mapping go elsewhere; new ones behind them are like its last. */
  move(name: string, start: number, end: number, to: number, pages: number): void {
    const space = this.space(name);
    const moved: Page[] = [];
    for (let page = start; page < end; page++) {
      moved.push(space.get(page)!);
      space.delete(page);
    }
    for (let i = 0; i < pages; i++) {
      const last = moved[moved.length - 1];
      const index = last.index + i - moved.length + 1;
      space.set(to + i, moved[i] ?? { ...last, index, cell: this.#fresh(last.kind, last.file, index) });
    }
  }

  forget(name: string, start: number, end: number): void {
    for (let page = start; page < end; page++) {
      const p = this.space(name).get(page)!;
      if (p.kind === 'anon' || p.kind === 'file') p.cell = this.#fresh(p.kind, p.file, p.index);
    }
  }

  free(name: string, start: number, end: number): void {
    for (let page = start; page < end; page++) {
      const p = this.space(name).get(page)!;
      // A page of a file that was written is anonymous too: it may become what the file has. Nobody checks those.
      if (p.kind === 'anon') p.cell.lazy = true;
      else if (p.kind === 'file') p.cell = { value: undefined, lazy: false };
    }
  }

  fork(parent: string, child: string): void {
    const copy = new Map<number, Page>();
    for (const [page, p] of this.space(parent)) {
      const shared = p.kind === 'shared' || p.kind === 'dax';
      copy.set(page, { ...p, cell: shared ? p.cell : { ...p.cell } });
    }
    this.processes.set(child, copy);
  }

  exit(name: string): void {
    this.processes.delete(name);
  }

  outcome(name: string, page: number, kind: 'read' | 'write' | 'exec'): Outcome {
    const p = this.space(name).get(page);
    if (p === undefined) return 'SIGSEGV';
    const allowed =
      kind === 'write' ? p.write : kind === 'exec' && this.noExecute ? p.exec : p.read || p.write || p.exec;
    if (!allowed) return 'SIGSEGV';
    return p.kind !== 'anon' && p.index >= this.files[p.file].pages ? 'SIGBUS' : 'ok';
  }

  write(name: string, page: number, value: number): void {
    const { cell } = this.space(name).get(page)!;
    cell.value = value;
    cell.lazy = false;
  }

  /** Whether reading that value is right; a page that was given up and has turned into zeroes stays so. */
  read(name: string, page: number, value: number): boolean {
    const { cell } = this.space(name).get(page)!;
    if (cell.value === undefined) return true;
    if (cell.lazy && value === 0) cell.value = 0;
    return cell.value === value;
  }
}

const rightsOf = (text: string): Pick<Page, 'read' | 'write' | 'exec'> => ({
  read: text.includes('r'),
  write: text.includes('w'),
  exec: text.includes('x'),
});
