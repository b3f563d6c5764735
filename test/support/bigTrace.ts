/**
 * A long lackey trace, the same for the same numbers, written piece by piece: for tests of time travel over millions of
 * accesses. Also a program: `node --require tsx/cjs test/support/bigTrace.ts FILE ACCESSES [PAGES]`.
 *
 * A program as one meets them: a little code, a stack, runs through arrays, and updates of random words (as GUPS does) in
 * a heap that grows. The heap lies in arenas of 256 KiB strewn over 4 GiB of addresses and gets its pages evenly over the
 * whole run, so the n-th page fault is about as far into the run as n is into `pages`.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { randomWord } from '../../src/machine/core/random';

export interface BigTrace {
  accesses: number;
  /** Pages that the heap has at the end. */
  pages?: number;
  seed?: number;
}

const HEAP = 0x10_0000_0000;
const CODE = 0x40_0000;
const STACK = 0x1f_feff_0000;
const PAGE = 4096;
const ARENA_PAGES = 64;
/** Arenas may begin at so many places, 2 MiB from each other. */
const PLACES = 2048;
const PIECE_LINES = 1 << 16;
export const DEFAULT_PAGES = 20_000;

type Put = (kind: 'I ' | ' L' | ' S', address: number, bytes: number) => void;

/** Odd multipliers make a permutation of the places. */
const arenaAt = (arena: number): number => HEAP + (Math.imul(arena, 1237) & (PLACES - 1)) * 512 * PAGE;
const pageAt = (page: number): number => arenaAt(Math.floor(page / ARENA_PAGES)) + (page % ARENA_PAGES) * PAGE;

/** Access number `i`. */
function step(i: number, heapPages: number, seed: number, put: Put): void {
  const random = randomWord(seed, i);
  const page = randomWord(seed + 1, i) % heapPages;
  const word = (random >>> 8) & 0xff8;
  switch (random % 8) {
    case 0: // An update of a random word; the newest page is touched in time.
      return put(' S', pageAt(i % 3 === 0 ? heapPages - 1 : page) + word, 8);
    case 1:
      return put(' L', pageAt(page) + word, 8);
    case 2:
    case 3:
      return put('I ', CODE + (((i >>> 14) * 256 + (random >>> 20)) & 0x3fffc), 4);
    case 4:
      return put(' S', STACK + word, 8);
    default: // A run through an array that the program works on for a while.
      return put(' L', pageAt(Math.floor(heapPages / 2 + (i >>> 16)) % heapPages) + ((i * 8) & 0xff8), 8);
  }
}

export function writeBigTrace(file: string, { accesses, pages = DEFAULT_PAGES, seed = 1 }: BigTrace): void {
  const out = openSync(file, 'w');
  try {
    let lines: string[] = [];
    const flush = (): void => {
      writeSync(out, lines.join(''));
      lines = [];
    };
    const put: Put = (kind, address, bytes) => {
      lines.push(`${kind} ${address.toString(16)},${bytes}\n`);
      if (lines.length === PIECE_LINES) flush();
    };
    for (let i = 0; i < accesses; i++) step(i, 1 + Math.floor((pages * i) / accesses), seed, put);
    flush();
  } finally {
    closeSync(out);
  }
}

if (process.argv[1] === __filename) {
  const [file, accesses, pages] = process.argv.slice(2);
  writeBigTrace(file, { accesses: Number(accesses), pages: pages === undefined ? undefined : Number(pages) });
}
