/**
 * The unfinished line at the end of a piece, kept until the rest of it comes.
 *
 * Bounded whatever the file: of a line longer than KEPT_WHOLE only the two ends are kept, for a line that long is not
 * a record, and what is looked for in it stands within its first or last 64 bytes.
 */
const KEPT_WHOLE = 4096;
const KEPT_OF_EACH_END = 256;

export class CarriedLine {
  /** Bytes held; 0 if there is no line. */
  length = 0;
  private bytes = new Uint8Array(2 * KEPT_WHOLE);

  append(piece: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; at += KEPT_WHOLE) {
      const part = piece.subarray(at, Math.min(end, at + KEPT_WHOLE));
      this.bytes.set(part, this.length);
      this.length += part.length;
      if (this.length > KEPT_WHOLE) this.forgetTheMiddle();
    }
  }

  /** The line, for use until the next append. */
  take(): Uint8Array {
    const line = this.bytes.subarray(0, this.length);
    this.length = 0;
    return line;
  }

  private forgetTheMiddle(): void {
    this.bytes.copyWithin(KEPT_OF_EACH_END, this.length - KEPT_OF_EACH_END, this.length);
    this.length = 2 * KEPT_OF_EACH_END;
  }
}
