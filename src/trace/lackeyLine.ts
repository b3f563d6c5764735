/**
 * Lines of a lackey file that are not records as a whole: the rare ones, so clarity comes before speed here.
 *
 * lackey writes to stderr, where the traced program writes too. A record is always written in one go with its
 * newline, so what the program left unfinished stands in front of it: `ls: cannot access …I  0496f350,6`.
 */
import { PAGE_BYTES, isCanonical, offsetOfAddress, vpnOfAddress } from '../machine/core/addresses';
import { Operation } from './format';

/** Longest line that can be a record, CR included: indentation, letter, two numbers. */
export const LONGEST_RECORD = 64;

export interface EmbeddedRecord {
  operation: Operation;
  vpn: number;
  offset: number;
  sizeBytes: number;
}

const AT_END = /(?:(I) {2}| ([LSM]) )([0-9a-fA-F]{1,16}),(\d{1,4})\r?$/;
const OPERATIONS = { I: Operation.fetch, L: Operation.load, S: Operation.store, M: Operation.modify } as const;

/** Valgrind's own messages never share a line with a record, and may quote one: `==12== Command: ./a " L 10,1"`. */
export function isValgrindMessage(line: Uint8Array): boolean {
  return /^(==|--|\*\*)\d+\1/.test(latin1(line.subarray(0, 24)));
}

/**
 * The record at the end of a line of other output. What makes no sense as an access is left to be other output:
 * here, unlike in a line of its own, nothing says that it was meant as a record.
 */
export function recordAtEnd(line: Uint8Array): EmbeddedRecord | undefined {
  const match = AT_END.exec(latin1(line.subarray(-LONGEST_RECORD)));
  if (match === null) return undefined;
  const address = BigInt(`0x${match[3]}`);
  const sizeBytes = Number(match[4]);
  const lastByte = address + BigInt(sizeBytes) - 1n;
  if (sizeBytes < 1 || sizeBytes > PAGE_BYTES || lastByte >> 64n !== 0n) return undefined;
  if (!isCanonical(vpnOfAddress(address), 57) || !isCanonical(vpnOfAddress(lastByte), 57)) return undefined;
  const operation = OPERATIONS[(match[1] ?? match[2]) as keyof typeof OPERATIONS];
  return { operation, vpn: vpnOfAddress(address), offset: offsetOfAddress(address), sizeBytes };
}

/** Whether a last line without an end is the beginning of a record: ` L 1ffe`. */
export function looksCutShort(line: Uint8Array): boolean {
  return line.length <= LONGEST_RECORD && /^ {0,2}[ILSM]( {1,2}[0-9a-fA-F]*,?)?\n?$/.test(latin1(line));
}

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
