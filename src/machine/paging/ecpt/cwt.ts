/**
 * The line of a cuckoo walk table as bits [K ECPT_CWT.h]: 64 one-byte headers in 16 words, which software writes and the walker
 * caches whole.
 */
import type { Vpn } from '../../core/addresses';

/** By kind: the PMD's tables have sections of 16 MiB, the PUD's of 8 GiB. */
export const enum CwtOf {
  Pmd = 0,
  Pud = 1,
}
export type CwtKind = CwtOf;
export const CWT_NAMES = ['PMD', 'PUD'] as const;

/** Ways of each. */
export const CWT_WAYS = 2;

/** Bits of a header. */
export const enum Header {
  Has1G = 1,
  Has2M = 2,
  Has4K = 4,
  /** Of the cluster of the section's own page size, if it has one: its way, relative. */
  Way = 0x18,
  WayShift = 3,
  /** Bits 0 to 4; the others are the line's tag or count. */
  Mask = 0x1f,
}

export const wayBits = (way: number): number => way << Header.WayShift;
export const wayOfHeader = (header: number): number => (header & Header.Way) >> Header.WayShift;

/** Pages that a line covers, and a section. */
const LINE_PAGES = [2 ** 18, 2 ** 27] as const;
const SECTION_PAGES = [2 ** 12, 2 ** 21] as const;
const PAGES = 2 ** 36;

/** VA[47:30] or VA[47:39]. */
export const cwtTag = (vpn: number, kind: CwtKind): number =>
  Math.floor((vpn < PAGES ? vpn : vpn % PAGES) / LINE_PAGES[kind]);
/** VA[29:24] or VA[38:33]. */
export const cwtHeader = (vpn: number, kind: CwtKind): number => Math.floor(vpn / SECTION_PAGES[kind]) & 63;
/** First page of a line, without sign extension; and pages that it covers. */
export const pageOfLine = (tag: number, kind: CwtKind): Vpn => (tag * LINE_PAGES[kind]) as Vpn;
export const linePages = (kind: CwtKind): number => LINE_PAGES[kind];
export const sectionPages = (kind: CwtKind): number => SECTION_PAGES[kind];

/** Headers that hold pieces of the tag, 3 bits each; and the last three, which hold the count. */
const TAG_HEADERS = 6;
const FIRST_COUNT_HEADER = 61;

const byteAt = (words: Int32Array, at: number, i: number): number => (words[at + (i >> 2)] >>> (8 * (i & 3))) & 0xff;

function setBits(words: Int32Array, at: number, i: number, mask: number, value: number): void {
  const shift = 8 * (i & 3);
  words[at + (i >> 2)] = (words[at + (i >> 2)] & ~(mask << shift)) | (value << shift);
}

export const readHeader = (words: Int32Array, at: number, i: number): number => byteAt(words, at, i) & Header.Mask;
export const writeHeader = (words: Int32Array, at: number, i: number, header: number): void =>
  setBits(words, at, i, Header.Mask, header);

export function readLineTag(words: Int32Array, at: number): number {
  let tag = 0;
  for (let i = TAG_HEADERS - 1; i >= 0; i--) tag = tag * 8 + (byteAt(words, at, i) >> 5);
  return tag;
}

export function writeLineTag(words: Int32Array, at: number, tag: number): void {
  for (let i = 0; i < TAG_HEADERS; i++) setBits(words, at, i, 0xe0, ((tag >>> (3 * i)) & 7) << 5);
}

export function readHeaderCount(words: Int32Array, at: number): number {
  let count = 0;
  for (let i = 2; i >= 0; i--) count = count * 8 + (byteAt(words, at, FIRST_COUNT_HEADER + i) >> 5);
  return count;
}

export function writeHeaderCount(words: Int32Array, at: number, count: number): void {
  for (let i = 0; i < 3; i++) setBits(words, at, FIRST_COUNT_HEADER + i, 0xe0, ((count >>> (3 * i)) & 7) << 5);
}

export function isEmptyLine(words: Int32Array, at: number): boolean {
  for (let i = 0; i < 16; i++) if (words[at + i] !== 0) return false;
  return true;
}

/** The line is of that tag: and not empty, which has tag 0 too. */
export const lineHasTag = (words: Int32Array, at: number, tag: number): boolean =>
  readLineTag(words, at) === tag && !isEmptyLine(words, at);
