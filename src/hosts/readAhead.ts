/**
 * The bytes of an open file in pieces; while one is used, the next is read. The file is closed at its end, after an
 * error, and when nothing more is wanted, also if nothing was ever asked for (which a ReadStream would leave open).
 */
import type { FileHandle } from 'node:fs/promises';

const PIECE_BYTES = 1 << 18;

export function readAhead(handle: FileHandle): AsyncIterable<Uint8Array> {
  return { [Symbol.asyncIterator]: () => new Pieces(handle) };
}

class Pieces implements AsyncIterator<Uint8Array, undefined> {
  #ahead: Promise<Uint8Array> | undefined;
  #closed = false;

  constructor(private readonly handle: FileHandle) {}

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.#closed) return { done: true, value: undefined };
    try {
      const piece = await (this.#ahead ?? this.#read());
      if (piece.length === 0) return await this.return();
      this.#ahead = this.#read();
      // It is waited for later, or never.
      this.#ahead.catch(() => undefined);
      return { done: false, value: piece };
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  async return(): Promise<{ done: true; value: undefined }> {
    if (!this.#closed) {
      this.#closed = true;
      await this.#ahead?.catch(() => undefined);
      await this.handle.close();
    }
    return { done: true, value: undefined };
  }

  async #read(): Promise<Uint8Array> {
    const buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
    const { bytesRead } = await this.handle.read(buffer, 0, PIECE_BYTES, null);
    return buffer.subarray(0, bytesRead);
  }
}
