/**
 * gzip, by the platform's own DecompressionStream (Node 18 and later, every current browser).
 *
 * Several gzip members one after the other (`cat a.gz b.gz`, bgzip) are read as one text where the platform does so:
 * Node does; browsers refuse, and the error says what to do. Whatever is wrong with the file becomes a TraceError;
 * nothing is left rejected without a handler, and closing early closes the source.
 */
import type { ByteSource } from './bytes';
import { TraceError, reasonOf } from './errors';

interface Decompressor {
  readonly writable: {
    getWriter(): {
      readonly closed: Promise<unknown>;
      write(piece: Uint8Array): Promise<void>;
      close(): Promise<void>;
    };
  };
  readonly readable: {
    getReader(): {
      read(): Promise<{ done: boolean; value?: Uint8Array }>;
      cancel(reason?: unknown): Promise<void>;
    };
  };
}
declare const DecompressionStream: new (format: 'gzip') => Decompressor;

/** zlib has its own buffers: small pieces keep what is lost to them by a damaged file small. */
const FED_AT_ONCE = 1 << 16;

export function gunzip(source: ByteSource, name: string): ByteSource {
  const stream = new DecompressionStream('gzip');
  const writer = stream.writable.getWriter();
  const reader = stream.readable.getReader();
  let feeding: Promise<void> | undefined;
  let sourceFailure: Error | undefined;
  let fed = 0;
  let allFed = false;
  writer.closed.catch(() => undefined);

  /** Never rejects. What the decompressor refuses is reported by its readable side; the rest is kept for there. */
  const feed = async (): Promise<void> => {
    for (;;) {
      let piece: Uint8Array | undefined;
      try {
        piece = await source.next();
      } catch (error) {
        sourceFailure = error instanceof Error ? error : new Error(String(error));
        // Ends a read that waits for data that will never come.
        await reader.cancel().catch(() => undefined);
        return;
      }
      try {
        if (piece === undefined) {
          allFed = true;
          return await writer.close();
        }
        for (let at = 0; at < piece.length; at += FED_AT_ONCE) {
          const part = piece.subarray(at, at + FED_AT_ONCE);
          fed += part.length;
          await writer.write(part);
        }
      } catch {
        return;
      }
    }
  };

  return {
    async next() {
      feeding ??= feed();
      for (;;) {
        const { done, value } = await reader.read().catch((error: unknown) => {
          throw sourceFailure ?? damaged(name, fed, allFed, error);
        });
        if (sourceFailure !== undefined) throw sourceFailure;
        if (done) return undefined;
        if (value !== undefined && value.length > 0) return value;
      }
    },
    async close() {
      await Promise.all([reader.cancel().catch(() => undefined), source.close()]);
    },
  };
}

/** What the platforms' messages mean: Node's are zlib's own, browsers have their own wording. */
const DAMAGES: { reason: RegExp; problem: string; expected?: string; advice: string }[] = [
  {
    reason: /incorrect data check|checksum|crc/i,
    problem: 'the checksum at the end of the gzip data does not match its content',
    advice: 'The file is damaged: copy or record it again.',
  },
  {
    reason: /incorrect length check/i,
    problem: 'the length at the end of the gzip data does not match its content',
    advice: 'The file is damaged: copy or record it again.',
  },
  {
    reason: /incorrect header check|trailing|junk|additional/i,
    problem: 'there are other bytes behind the end of the gzip data',
    expected: 'the end of the file',
    advice: 'Unpack the file with "gzip -dc FILE > trace.lackey" and open that.',
  },
  {
    reason: /compression method/i,
    problem: 'the gzip data uses an unknown compression method',
    expected: 'deflate',
    advice: 'The file is damaged or only looks like gzip.',
  },
];

function damaged(source: string, byte: number, allFed: boolean, cause: unknown): TraceError {
  const reason = reasonOf(cause);
  if (/unexpected end|truncated/i.test(reason)) {
    return new TraceError({
      code: 'truncated-gzip',
      source,
      byte,
      cause,
      problem: 'the gzip data stops in the middle',
      expected: 'its end with a checksum',
      advice: 'The file was cut short: copy it again, or let the program that writes it finish.',
    });
  }
  const known = DAMAGES.find((damage) => damage.reason.test(reason)) ?? {
    problem: `the gzip data is damaged ${allFed ? 'near its end' : 'at or before this place'} (${reason})`,
    advice: 'Copy or record the file again.',
  };
  return new TraceError({ code: 'corrupt-gzip', source, byte, cause, ...known });
}
