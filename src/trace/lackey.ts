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

const SPACE = 0x20;
const COMMA = 0x2c;
const CR = 0x0d;
const LF = 0x0a;
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
      const newline = piece.indexOf(LF);
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
      this.carried.append(Uint8Array.of(LF), 0, 1);
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

  /** Parses the whole lines of `bytes`; returns where the unfinished last one starts, or −1 if the sink wants no more. */
  private parse(bytes: Uint8Array): number {
    // Hot: half of an import's time is spent here (bench/trace-import.ts). One loop, integers only, no strings, no
    // calls but the sink's.
    const end = bytes.length;
    const sink = this.sink;
    const counts = this.counts;
    let start = 0;
    while (start < end) {
      let at = start;
      if (bytes[at] === SPACE) at++;
      if (at < end && bytes[at] === SPACE) at++;
      const operation = at < end ? OPERATION[bytes[at]] : -1;
      if (operation >= 0 && at + 2 < end && bytes[at + 1] === SPACE) {
        at += bytes[at + 2] === SPACE ? 3 : 2;
        const firstDigit = at;
        let high = 0;
        let low = 0;
        for (let digit; at < end && (digit = HEX[bytes[at]]) >= 0; at++) {
          high = (high << 4) | (low >>> 28);
          low = (low << 4) | digit;
        }
        if (at > firstDigit && at < end && bytes[at] === COMMA) {
          const comma = at++;
          let size = 0;
          for (let digit; at < end && (digit = bytes[at] - 0x30) >= 0 && digit <= 9; at++) {
            // Saturates: what is too large stays too large, whatever the number of digits.
            size = size > LARGEST_SIZE ? size : size * 10 + digit;
          }
          const afterSize = at;
          if (at < end && bytes[at] === CR) at++;
          if (afterSize > comma + 1 && at < end && bytes[at] === LF && at - start <= LONGEST_RECORD) {
            this.line++;
            if (size === 0 || size > LARGEST_SIZE) {
              throw badSize(sink.source, this.line, textOf(bytes, comma + 1, afterSize));
            }
            if (comma - firstDigit > 16) this.refuseWideAddress(bytes, firstDigit, comma);
            counts[operation]++;
            const vpn = (high >>> 0) * 0x100000 + (low >>> 12);
            start = at + 1;
            if (!sink.operation(operation as Operation, vpn, low & 0xfff, size, this.line)) return -1;
            continue;
          }
        }
      }
      const newline = bytes.indexOf(LF, start);
      if (newline < 0) return start;
      if (!this.otherLine(bytes.subarray(start, newline))) return -1;
      start = newline + 1;
    }
    return end;
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
