/** Looking at the start of a source without taking it away from whoever reads the source afterwards. */
import { type ByteSource, joined } from './bytes';

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
