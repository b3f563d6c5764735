/**
 * The loop of `mmu/stride.ts`, in AssemblyScript: it reads like TypeScript, and is compiled to WebAssembly by `npm run wasm`.
 * Everything that it touches lies in one memory at addresses that it knows, so that nothing is checked but what a processor would
 * check: that is worth a third to a half of the time of a TLB miss (docs/performance.md).
 *
 * The ways of a cache are searched, used and filled as `AssociativeCache` does, and tables are read as `RadixWalker` does. A walk is
 * made here only if it changes nothing in the tables and ends at a page of 4 KiB; anything else is left, untouched, to those two.
 */
import { Access, EntryData, HIGH, LOW, Mark, TlbFlag } from '../bits';
import { Answer, At, LoopEnd, May } from './layout';

/** Of 2^52 pages. */
const PAGES: f64 = 4503599627370496;
const FRAME_BITS: i64 = 0xff_ffff_ffff;
const NONE: i64 = -1;

/** As `CacheWord` says. */
@unmanaged
class Cache {
  slots: usize;
  heads: usize;
  ring: usize;
  marks: usize;
  entries: i32;
  sets: i32;
  mask: i32;
  ways: i32;
  markWords: i32;

  @inline
  setOf(key: i64): i32 {
    return this.mask >= 0 ? (<i32>key) & this.mask : <i32>(key % this.sets);
  }

  @inline
  head(set: i32): i32 {
    return load<i32>(this.heads + ((<usize>set) << 2));
  }

  @inline
  tagAt(i: i32): f64 {
    return load<f64>(this.slots + ((<usize>i) << 4));
  }

  @inline
  dataAt(i: i32): f64 {
    return load<f64>(this.slots + ((<usize>i) << 4), 8);
  }

  /**
   * Index of the entry of a page of 4 KiB, or of a walk cache; −1: it is not there. Sixteen marks are compared at once, and what
   * of them is not the set's is left out; how far to look does not depend on where it is, because a branch that cannot be
   * foretold costs more than what it saves.
   */
  @inline
  find(set: i32, key: f64, mark: i32): i32 {
    const pattern = i8x16.splat(<i8>mark);
    const ways = this.ways;
    const first = set * ways;
    let marks = this.marks + ((<usize>(set * this.markWords)) << 2);
    let found = -1;
    for (let way = 0; way < ways; way += 16) {
      let fits = i8x16.bitmask(i8x16.eq(v128.load(marks), pattern));
      if (ways - way < 16) fits &= (1 << (ways - way)) - 1;
      for (; fits != 0; fits &= fits - 1) {
        const i = first + way + ctz(fits);
        if (this.tagAt(i) == key && (low(this.dataAt(i)) & EntryData.SizeMask) == 0) found = i;
      }
      marks += 16;
    }
    return found;
  }

  /** Makes an entry the most recently used of its set. */
  @inline
  use(set: i32, i: i32): void {
    if (this.head(set) != i) this.toFront(set, i);
  }

  toFront(set: i32, i: i32): void {
    const next = this.ring;
    const before = next + ((<usize>this.entries) << 2);
    const heads = this.heads + ((<usize>set) << 2);
    const head = load<i32>(heads);
    const newer = load<i32>(before + ((<usize>i) << 2));
    const older = load<i32>(next + ((<usize>i) << 2));
    store<i32>(next + ((<usize>newer) << 2), older);
    store<i32>(before + ((<usize>older) << 2), newer);
    const oldest = load<i32>(before + ((<usize>head) << 2));
    store<i32>(next + ((<usize>oldest) << 2), i);
    store<i32>(before + ((<usize>i) << 2), oldest);
    store<i32>(next + ((<usize>i) << 2), head);
    store<i32>(before + ((<usize>head) << 2), i);
    store<i32>(heads, i);
  }

  /** Enters what is not there in the place of the least recently used. Neither is of a huge page. */
  @inline
  enter(set: i32, key: f64, mark: i32, data: f64): void {
    const heads = this.heads + ((<usize>set) << 2);
    const victim = load<i32>(this.ring + ((<usize>(this.entries + load<i32>(heads))) << 2));
    const slot = this.slots + ((<usize>victim) << 4);
    store<f64>(slot, key);
    store<f64>(slot, data, 8);
    store<u8>(this.marks + <usize>(4 * set * this.markWords + victim - set * this.ways), mark);
    store<i32>(heads, victim);
  }
}

/** As `LevelWord` says. */
@unmanaged
class Level {
  shift: i32;
  indexMask: i32;
  /** What the walk that runs has read there: the next table, and rights so far. */
  next: f64;
  cacheStart: i32;
}

/** As `TablesWord` says. */
@unmanaged
class Tables {
  count: i32;
  first: i32;
  records: usize;
  recordCount: i32;
  pool: usize;
}

function low(data: f64): i32 {
  return <i32>(<i64>data);
}

function markOf(tag: i64): i32 {
  return ((<i32>tag * 0x9e3779b1) >>> 24) | 1;
}

function levelAt(level: i32): Level {
  return changetype<Level>(((<usize>level) << 6) + At.Levels);
}

function cacheOf(level: i32): Cache {
  return changetype<Cache>(((<usize>level) << 6) + At.Levels + 16);
}

/** Address of an entry of a table; 0 if the table's frame is not backed: it reads as zeroes. */
function entryAt(tables: Tables, table: i64, index: i32): usize {
  if (table >= <i64>tables.recordCount) return 0;
  const slot = load<i32>(tables.records + ((<usize>table) << 4), 12);
  return slot == 0 ? 0 : tables.pool + ((<usize>(slot - 1)) << 12) + ((<usize>index) << 3);
}

/** Rights go down the path by AND, no-execute by OR. */
function combined(path: i32, lowWord: i32, highWord: i32): i32 {
  const rights = TlbFlag.NoExecute | ((lowWord >>> 1) & (TlbFlag.Write | TlbFlag.User));
  return (path & rights) | ((highWord >>> 31) * TlbFlag.NoExecute);
}

function leafFlags(lowWord: i32, highWord: i32): i32 {
  return (
    ((lowWord & LOW.D) >>> 3) |
    ((lowWord & LOW.G) >>> 4) |
    ((highWord >>> (HIGH.PKEY_SHIFT - TlbFlag.KeyShift)) & TlbFlag.KeyMask)
  );
}

/** What a TLB is to keep of the page, without G; NONE: not for here, and nothing has changed. */
function walk(vpn: i64, root: i64, kind: i32, mask: i32, want: i32, reserved: i32): i64 {
  const tables = changetype<Tables>(At.Tables);
  const last = tables.count - 1;
  let start = last;
  let table = root;
  let path: i32 = TlbFlag.Write | TlbFlag.User;
  let hit = -1;
  for (; start > 0; start--) {
    const cache = cacheOf(start - 1);
    const tag = vpn >> levelAt(start - 1).shift;
    hit = cache.find(cache.setOf(tag), <f64>tag, markOf(tag));
    if (hit < 0) continue;
    const data = <i64>cache.dataAt(hit);
    table = data >> 11;
    path = (<i32>data) & EntryData.Flags;
    break;
  }
  if (start < tables.first) return NONE;
  for (let level = start; level < last; level++) {
    const at = entryAt(tables, table, (<i32>(vpn >> levelAt(level).shift)) & levelAt(level).indexMask);
    if (at == 0) return NONE;
    const entry = load<i64>(at);
    const lowWord = <i32>entry;
    const highWord = <i32>(entry >> 32);
    if ((lowWord & (LOW.P | LOW.A | LOW.PS)) != (LOW.P | LOW.A) || (highWord & reserved) != 0) return NONE;
    path = combined(path, lowWord, highWord);
    table = (entry >>> 12) & FRAME_BITS;
    levelAt(level).next = <f64>((table << 11) | (<i64>path));
  }
  const at = entryAt(tables, table, (<i32>vpn) & levelAt(last).indexMask);
  if (at == 0) return NONE;
  const entry = load<i64>(at);
  const lowWord = <i32>entry;
  const highWord = <i32>(entry >> 32);
  const used = kind == Access.Write ? LOW.P | LOW.A | LOW.D : LOW.P | LOW.A;
  const flags = combined(path, lowWord, highWord) | leafFlags(lowWord, highWord);
  if ((lowWord & used) != used || (highWord & reserved) != 0 || (flags & mask) != want) return NONE;
  if (start > 0) {
    const cache = cacheOf(start - 1);
    const set = cache.setOf(vpn >> levelAt(start - 1).shift);
    cache.use(set, hit);
  }
  for (let level = start; level < last; level++) {
    const cache = cacheOf(level);
    const tag = vpn >> levelAt(level).shift;
    cache.enter(cache.setOf(tag), <f64>tag, markOf(tag), levelAt(level).next);
  }
  const count = ((<usize>start) << 2) + At.WalksFrom;
  store<i32>(count, load<i32>(count) + 1);
  return (((entry >>> 12) & FRAME_BITS) << 11) | (<i64>flags);
}

function isWatched(vpn: f64): bool {
  if (vpn < load<f64>(At.LowestWatched) || vpn > load<f64>(At.HighestWatched)) return false;
  const page = <i32>(<i64>vpn);
  return ((load<i32>(((<usize>((page >>> 5) & 127)) << 2) + At.WatchedPages) >>> (page & 31)) & 1) != 0;
}

/**
 * Makes the leads from number `lead` on, at place `from`. `given`: what the TLBs are to keep of the first one's page, if it has
 * been walked for outside; else −1.
 */
export function run(
  lead: i32,
  from: i32,
  to: i32,
  leadCount: i32,
  shift: f64,
  user: i32,
  may: i32,
  root: f64,
  reserved: i32,
  given: f64,
): i32 {
  const first = changetype<Cache>(At.Data);
  const code = changetype<Cache>(At.Code);
  const second = changetype<Cache>(At.Second);
  const keeps: i64 = may & May.GlobalPages ? -1 : ~(<i64>TlbFlag.Global);
  let number = lead;
  let at = from;
  let end: i32 = LoopEnd.Done;
  let dataLead = -1;
  let codeLead = -1;
  let misses = 0;
  let secondHits = 0;
  let walkedAt = -1;
  let walked = <i64>given;
  while (at < to) {
    const access = load<i32>(((<usize>number) << 2) + At.Leads);
    const kind = (access >> 24) & 3;
    let page = load<f64>(((<usize>number) << 3) + At.Pages) + shift;
    if (page >= PAGES) page -= PAGES;
    const vpn = <i64>page;
    const crosses = (access & 0xfff) + ((access >> 12) & 0xfff) > 0xfff;
    if (crosses || (may & May.Watched && isWatched(page))) {
      end = LoopEnd.Other;
      break;
    }
    const right = (<usize>(2 * kind + user)) << 2;
    const mask = load<i32>(right + At.QuickMask);
    const want = load<i32>(right + At.QuickWant);
    if (kind == Access.Exec) {
      const i = code.head(code.setOf(vpn));
      if (code.tagAt(i) != page || (low(code.dataAt(i)) & mask) != want) {
        end = LoopEnd.Other;
        break;
      }
      codeLead = number;
    } else {
      const set = first.setOf(vpn);
      const newest = first.head(set);
      if (first.tagAt(newest) != page || (low(first.dataAt(newest)) & mask) != want) {
        // Not what its set was last asked for.
        if (!(may & May.SearchSet)) {
          end = LoopEnd.Other;
          break;
        }
        const mark = markOf(vpn);
        const found = first.find(set, page, mark);
        if (found >= 0) {
          if ((low(first.dataAt(found)) & mask) != want) {
            end = LoopEnd.Other;
            break;
          }
          first.use(set, found);
        } else {
          const noAddress = page >= load<f64>(At.LowerEnd) && page < load<f64>(At.UpperStart);
          if (!(may & May.Miss) || noAddress) {
            end = LoopEnd.Other;
            break;
          }
          const secondSet = second.setOf(vpn);
          let data: f64 = 0;
          if (walked == NONE) {
            const known = second.find(secondSet, page, mark);
            if (known >= 0) {
              data = second.dataAt(known);
              if ((low(data) & mask) != want) {
                end = LoopEnd.Other;
                break;
              }
              second.use(secondSet, known);
              misses++;
              secondHits++;
            } else {
              misses++;
              walkedAt = at;
              if (may & May.Walk) walked = walk(vpn, <i64>root, kind, mask, want, reserved);
              if (walked == NONE) {
                store<f64>(At.WalkPage, page);
                store<i32>(At.Answer + 4 * Answer.WalkKind, kind);
                end = LoopEnd.Walk;
                break;
              }
            }
          }
          if (walked != NONE) {
            data = <f64>(walked & keeps);
            walked = NONE;
            second.enter(secondSet, page, mark, data);
          }
          first.enter(set, page, mark, data);
        }
      }
      dataLead = number;
    }
    number++;
    at = number < leadCount ? min<i32>(load<u16>(((<usize>number) << 1) + At.Places), to) : to;
  }
  store<i32>(At.Answer + 4 * Answer.End, end);
  store<i32>(At.Answer + 4 * Answer.Lead, number);
  store<i32>(At.Answer + 4 * Answer.Misses, misses);
  store<i32>(At.Answer + 4 * Answer.SecondHits, secondHits);
  store<i32>(At.Answer + 4 * Answer.WalkedAt, walkedAt);
  store<i32>(At.Answer + 4 * Answer.DataLead, dataLead);
  store<i32>(At.Answer + 4 * Answer.CodeLead, codeLead);
  return at;
}
