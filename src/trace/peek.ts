/** Looking at the start of a source without taking it away from whoever reads the source afterwards. */
import type { ByteSource } from './bytes';

/** Reads the first `wanted` bytes (fewer if there are not as many); the source that it returns starts with them again. */
export async function peek(source: ByteSource, wanted: number): Promise<{ head: Uint8Array; source: ByteSource }> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  while (length < wanted) {
    const piece = await source.next();
    if (piece === undefined) break;
    pieces.push(piece);
    length += piece.length;
  }
  const head = joined(pieces, length);
  let replayed = length === 0;
  return {
    head: head.subarray(0, wanted),
    source: {
      next: async () => {
        if (replayed) return source.next();
        replayed = true;
        return head;
      },
      close: () => source.close(),
    },
  };
}

function joined(pieces: Uint8Array[], length: number): Uint8Array {
  if (pieces.length === 1) return pieces[0];
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
