/**
 * Valgrind lackey, `--trace-mem=yes`: `I  04001000,3`, ` L 1ffefff758,8`, ` S …`, ` M …`, one access a line.
 *
 * Tolerates what real files have: Valgrind's banner and footer, upper-case digits, one or two spaces, CR LF, the
 * program's own stderr in front of a record on the same line, a last line cut short. A line that is a record in shape
 * but has an impossible size or address is an error, not noise: silently dropping it would make every count wrong.
 *
 * Promises one pass over the bytes and no string per line. Only the end of an unfinished line is copied between pieces.
 */
import { badAddress, badSize } from './errors';
import { Operation, countLines, noLines, type TraceFormat, type TraceReader, type TraceSink } from './format';
import { CarriedLine } from './carriedLine';
import { LONGEST_RECORD, isValgrindMessage, looksCutShort, recordAtEnd } from './lackeyLine';

const enum Char {
  LF = 0x0a,
  CR = 0x0d,
  Space = 0x20,
  Comma = 0x2c,
  Zero = 0x30,
}
/** Value of a hexadecimal digit by character code, −1 for everything else. */
const HEX = new Int8Array(256).fill(-1);
/** Operation by letter, −1 for everything else. */
const OPERATION = new Int8Array(256).fill(-1);
for (const digit of '0123456789abcdefABCDEF') HEX[digit.charCodeAt(0)] = parseInt(digit, 16);
OPERATION['I'.charCodeAt(0)] = Operation.fetch;
OPERATION['L'.charCodeAt(0)] = Operation.load;
OPERATION['S'.charCodeAt(0)] = Operation.store;
OPERATION['M'.charCodeAt(0)] = Operation.modify;

const LARGEST_SIZE = 4096;

class LackeyReader implements TraceReader {
  readonly notes: string[] = [];
  private readonly counts = new Float64Array(4);
  private readonly carried = new CarriedLine();
  private otherLines = 0;
  private embedded = 0;
  private line = 0;

  constructor(private readonly sink: TraceSink) {}

  get lines() {
    const [fetches, loads, stores, modifies] = this.counts;
    return { ...noLines(), fetches, loads, stores, modifies, other: this.otherLines };
  }

  push(piece: Uint8Array): boolean {
    let start = 0;
    if (this.carried.length > 0) {
      const newline = piece.indexOf(Char.LF);
      start = newline < 0 ? piece.length : newline + 1;
      this.carried.append(piece, 0, start);
      if (newline < 0) return true;
      const line = this.carried.take();
      if (this.parse(line) < 0) return false;
    }
    const rest = this.parse(start === 0 ? piece : piece.subarray(start));
    if (rest < 0) return false;
    this.carried.append(piece, start + rest, piece.length);
    return true;
  }

  end(): void {
    if (this.carried.length > 0) {
      const others = this.otherLines;
      this.carried.append(Uint8Array.of(Char.LF), 0, 1);
      const line = this.carried.take();
      this.parse(line);
      if (this.otherLines > others && looksCutShort(line)) {
        this.notes.push(`The last line (${this.line}) is cut short and was not counted as an access.`);
      }
    }
    if (this.embedded > 0) {
      this.notes.push(`Accesses that stood at the end of lines of the program's own output: ${this.embedded}.`);
    }
  }

  /** Parses the whole lines of `given`; returns where the unfinished last one starts, or −1 if the sink wants no more. */
  private parse(given: Uint8Array): number {
    // A host's own kind of array (Node's Buffer) would make every access ask which kind it is.
    const bytes = new Uint8Array(given.buffer, given.byteOffset, given.length);
    let start = 0;
    while (start < bytes.length) {
      start = this.usualLines(bytes, start);
      if (start < 0 || start === bytes.length) return start;
      const next = this.anyLine(bytes, start);
      if (next === start || next < 0) return next;
      start = next;
    }
    return start;
  }

  /**
   * Parses lines exactly as lackey prints them, up to one that is not so or too near to the end to tell; returns where
   * that starts, or −1 if the sink wants no more.
   */
  private usualLines(bytes: Uint8Array, from: number): number {
    // Hot: a third of an import's time is spent here (bench/trace-import.ts). Integers only, no strings, no calls but the
    // sink's; within a longest record of the end no place needs to be compared with it.
    const hex = HEX;
    const operations = OPERATION;
    const { sink, counts } = this;
    const last = bytes.length - LONGEST_RECORD;
    let start = from;
    while (start <= last) {
      const operation = operations[bytes[start] === Char.Space ? bytes[start + 1] : bytes[start]];
      const asPrinted =
        bytes[start] === Char.Space || (operation === Operation.fetch && bytes[start + 1] === Char.Space);
      if (operation < 0 || !asPrinted || bytes[start + 2] !== Char.Space) return start;
      // At least eight digits; one that is none makes the whole negative.
      const d0 = hex[bytes[start + 3]];
      const d1 = hex[bytes[start + 4]];
      const d2 = hex[bytes[start + 5]];
      const d3 = hex[bytes[start + 6]];
      const d4 = hex[bytes[start + 7]];
      const d5 = hex[bytes[start + 8]];
      const d6 = hex[bytes[start + 9]];
      const d7 = hex[bytes[start + 10]];
      if ((d0 | d1 | d2 | d3 | d4 | d5 | d6 | d7) < 0) return start;
      let low = (d0 << 28) | (d1 << 24) | (d2 << 20) | (d3 << 16) | (d4 << 12) | (d5 << 8) | (d6 << 4) | d7;
      let high = 0;
      let at = start + 11;
      for (let digit; at < start + 19 && (digit = hex[bytes[at]]) >= 0; at++) {
        high = (high << 4) | (low >>> 28);
        low = (low << 4) | digit;
      }
      let size = bytes[at + 1] - Char.Zero;
      if (bytes[at] !== Char.Comma || size < 1 || size > 9) return start;
      at += 2;
      if (bytes[at] !== Char.LF) {
        const digit = bytes[at++] - Char.Zero;
        if (digit < 0 || digit > 9 || bytes[at] !== Char.LF) return start;
        size = size * 10 + digit;
      }
      start = at + 1;
      this.line++;
      counts[operation]++;
      const vpn = (high >>> 0) * 0x100000 + (low >>> 12);
      if (!sink.operation(operation, vpn, low & 0xfff, size, this.line)) return -1;
    }
    return start;
  }

  /** Parses one line with all that is tolerated; returns where the next one starts, `start` itself if there is no end of it. */
  private anyLine(bytes: Uint8Array, start: number): number {
    const end = bytes.length;
    let at = start;
    if (bytes[at] === Char.Space) at++;
    if (at < end && bytes[at] === Char.Space) at++;
    const operation = at < end ? OPERATION[bytes[at]] : -1;
    if (operation >= 0 && at + 2 < end && bytes[at + 1] === Char.Space) {
      at += bytes[at + 2] === Char.Space ? 3 : 2;
      const firstDigit = at;
      let high = 0;
      let low = 0;
      for (let digit; at < end && (digit = HEX[bytes[at]]) >= 0; at++) {
        high = (high << 4) | (low >>> 28);
        low = (low << 4) | digit;
      }
      if (at > firstDigit && at < end && bytes[at] === Char.Comma) {
        const comma = at++;
        let size = 0;
        for (let digit; at < end && (digit = bytes[at] - Char.Zero) >= 0 && digit <= 9; at++) {
          // Saturates: what is too large stays too large, whatever the number of digits.
          size = size > LARGEST_SIZE ? size : size * 10 + digit;
        }
        const afterSize = at;
        if (at < end && bytes[at] === Char.CR) at++;
        if (afterSize > comma + 1 && at < end && bytes[at] === Char.LF && at - start <= LONGEST_RECORD) {
          this.line++;
          if (size === 0 || size > LARGEST_SIZE) {
            throw badSize(this.sink.source, this.line, textOf(bytes, comma + 1, afterSize));
          }
          if (comma - firstDigit > 16) this.refuseWideAddress(bytes, firstDigit, comma);
          this.counts[operation]++;
          const vpn = (high >>> 0) * 0x100000 + (low >>> 12);
          return this.sink.operation(operation, vpn, low & 0xfff, size, this.line) ? at + 1 : -1;
        }
      }
    }
    const newline = bytes.indexOf(Char.LF, start);
    if (newline < 0) return start;
    return this.otherLine(bytes.subarray(start, newline)) ? newline + 1 : -1;
  }

  /** More than 16 digits: fine if the surplus is zeros. */
  private refuseWideAddress(bytes: Uint8Array, first: number, comma: number): void {
    const digits = textOf(bytes, first, comma);
    if (/[^0]/.test(digits.slice(0, -16))) throw badAddress(this.sink.source, this.line, `0x${digits}`, 64);
  }

  /** A line that is not a record as a whole; the program's stderr may have a record behind it. */
  private otherLine(line: Uint8Array): boolean {
    this.line++;
    const record = isValgrindMessage(line) ? undefined : recordAtEnd(line);
    if (record === undefined) {
      this.otherLines++;
      return true;
    }
    this.embedded++;
    this.counts[record.operation]++;
    return this.sink.operation(record.operation, record.vpn, record.offset, record.sizeBytes, this.line);
  }
}

const textOf = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, end));

/** True if the head has lackey's banner or at least one line that is, as a whole, an access (even an impossible one). */
function sniff(head: Uint8Array): boolean {
  let found = false;
  const probe: TraceSink = { source: '', operation: () => !(found = true) };
  const reader = new LackeyReader(probe);
  try {
    reader.push(head);
    reader.end();
  } catch {
    return true;
  }
  const banner = /^==\d+== Lackey/.test(textOf(head, 0, Math.min(head.length, 64)));
  return banner || (found && countLines(reader.lines) > reader.lines.other);
}

export const lackey: TraceFormat = {
  id: 'lackey',
  title: 'Valgrind lackey memory trace',
  sniff,
  createReader: (sink) => new LackeyReader(sink),
};
