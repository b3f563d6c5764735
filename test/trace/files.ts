/** The host's files for imported traces, in memory, with every way to fail that a test wants. */
import type { TraceFile, TraceFiles } from '../../src/trace/traceFiles';

export class FakeFile implements TraceFile {
  bytes = new Uint8Array(0);
  disposed = false;
  /** Bytes for which there is room. */
  room = Infinity;

  constructor(
    private readonly files: FakeFiles,
    private readonly name: string | undefined,
  ) {}

  get size(): number {
    return this.bytes.length;
  }

  append(bytes: Uint8Array): void {
    if (this.disposed) throw new Error('disposed');
    if (this.size + bytes.length > this.room) throw new Error('no space left');
    const longer = new Uint8Array(this.size + bytes.length);
    longer.set(this.bytes);
    longer.set(bytes, this.size);
    this.bytes = longer;
  }

  read(offset: number, length: number): Uint8Array {
    if (this.disposed) throw new Error('disposed');
    const read = this.bytes.slice(offset, offset + length);
    if (read.length < length) throw new Error('its file was cut short');
    return read;
  }

  keep(): void {
    if (this.name !== undefined) this.files.kept.set(this.name, this.bytes);
  }

  discard(): void {
    if (this.name !== undefined) this.files.kept.delete(this.name);
  }

  dispose(): void {
    this.disposed = true;
  }
}

export class FakeFiles implements TraceFiles {
  readonly kept = new Map<string, Uint8Array>();
  /** Every file that was ever handed out. */
  readonly files: FakeFile[] = [];
  /** Room in files that are created. */
  room = Infinity;

  open(name: string): FakeFile | undefined {
    const bytes = this.kept.get(name);
    if (bytes === undefined) return undefined;
    const file = this.#hand(name);
    file.bytes = bytes.slice();
    return file;
  }

  create(name?: string): FakeFile | undefined {
    const file = this.#hand(name);
    file.room = this.room;
    return file;
  }

  get allDisposed(): boolean {
    return this.files.every(({ disposed }) => disposed);
  }

  #hand(name: string | undefined): FakeFile {
    const file = new FakeFile(this, name);
    this.files.push(file);
    return file;
  }
}
