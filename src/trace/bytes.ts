/**
 * Bytes from a host, pulled one piece at a time.
 *
 * A host gives an AsyncIterable or a web ReadableStream; inside this room both are a ByteSource. Promises: a failing
 * host becomes a TraceError, an abort is noticed while a slow host is being waited for, no piece is larger than
 * LARGEST_PIECE, and `close` tells the host that nothing more is wanted.
 */
import { cancelled, unreadable } from './errors';

/** What this room needs of a ReadableStream; the same in Node and in browsers. */
export interface ByteStream {
  getReader(): {
    read(): Promise<{ done: boolean; value?: Uint8Array }>;
    cancel(reason?: unknown): Promise<void>;
  };
}

export interface ByteSource {
  /** The next piece, never empty; undefined at the end. */
  next(): Promise<Uint8Array | undefined>;
  /** Nothing more is wanted. May be called at any time, also twice. */
  close(): Promise<void>;
}

export interface Watcher {
  signal?: AbortSignal;
  /** Called after each piece with the bytes read so far. */
  onBytes?(bytesRead: number): void;
}

/** A host may hand over a whole file at once; then pieces of this size keep abort and progress alive. */
const LARGEST_PIECE = 1 << 20;
/** After so many bytes the event loop gets a turn, even if the host never waits for anything. */
const BYTES_A_TURN = 8 << 20;

export class HostSource implements ByteSource {
  bytesRead = 0;
  private readonly pull: () => Promise<{ done?: boolean; value?: Uint8Array }>;
  private readonly stop: () => Promise<unknown>;
  private given: Uint8Array = new Uint8Array(0);
  private pulling = false;
  private ended = false;

  constructor(
    private readonly name: string,
    stream: AsyncIterable<Uint8Array> | ByteStream,
    private readonly watcher: Watcher,
  ) {
    if ('getReader' in stream) {
      const reader = stream.getReader();
      this.pull = () => reader.read();
      this.stop = () => reader.cancel();
    } else {
      const iterator = stream[Symbol.asyncIterator]();
      this.pull = () => iterator.next();
      this.stop = async () => iterator.return?.();
    }
  }

  async next(): Promise<Uint8Array | undefined> {
    while (this.given.length === 0 && !this.ended) await this.pullOnce();
    if (this.watcher.signal?.aborted) throw cancelled(this.name, this.bytesRead);
    if (this.given.length === 0) return undefined;
    const piece = this.given.subarray(0, LARGEST_PIECE);
    this.given = this.given.subarray(piece.length);
    const turn = Math.floor(this.bytesRead / BYTES_A_TURN);
    this.bytesRead += piece.length;
    if (Math.floor(this.bytesRead / BYTES_A_TURN) > turn) await eventLoopTurn();
    this.watcher.onBytes?.(this.bytesRead);
    return piece;
  }

  async close(): Promise<void> {
    if (this.ended) return;
    this.ended = true;
    const stopped = this.stop().catch(() => undefined);
    // A host that is still waiting for its next piece can only stop after it; nobody should wait for that.
    if (!this.pulling) await stopped;
  }

  private async pullOnce(): Promise<void> {
    this.pulling = true;
    let settled = false;
    try {
      const pulled = this.pull().finally(() => (settled = true));
      const { done, value } = await this.orAborted(pulled);
      this.ended ||= done === true;
      if (value !== undefined) this.given = value;
    } catch (error) {
      if (this.watcher.signal?.aborted) throw cancelled(this.name, this.bytesRead);
      this.ended = true;
      throw unreadable(this.name, this.bytesRead, error);
    } finally {
      this.pulling = !settled;
    }
  }

  /** Settles with `pulled`, or rejects as soon as the signal fires. */
  private orAborted<T>(pulled: Promise<T>): Promise<T> {
    const signal = this.watcher.signal;
    if (signal === undefined) return pulled;
    return new Promise<T>((resolve, reject) => {
      const onAbort = () => reject(cancelled(this.name, this.bytesRead));
      if (signal.aborted) onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      pulled.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
    });
  }
}

const eventLoopTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** Pieces as one; a single piece is not copied. `length`: of all together. */
export function joined(pieces: readonly Uint8Array[], length: number): Uint8Array {
  if (pieces.length === 1) return pieces[0];
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
