/**
 * Inserts of cuckoo tables (EMT-Linux ECPT.c `ecpt_insert`, `kick_to_insert`): an empty slot at random, else a chain of kicks, each
 * of which gives a cluster the slot of another, until one finds an empty slot.
 */
import { asPfn, formatVirtual, type Pfn, signExtendPage } from '../../../core/addresses';
import { Counter } from '../../../core/counters';
import { type Probe, Signal } from '../../../core/probe';
import { LOW } from '../../x86/entry';
import { isKernelDescriptor } from '../descriptor';
import { MAX_TRIES } from '../format';
import { Cluster, CLUSTER_PAGES, pageOfTag, readTag, storedHigh, writeCount, writeTag } from '../layout';
import type { Ways } from './ways';

/** No place was found: what is in hand then has no place either, unless nothing has moved. */
export type InsertResult = 'ok' | 'full';

function countKick(probe: Probe): void {
  probe.counters[Counter.EcptKicks]++;
  probe.signal(Signal.Kick);
}

export class Inserts {
  readonly #old = new Int32Array(Cluster.Words);
  /** The path of a kick that copies: way, table, slot, and whether that is a target, of each step. */
  readonly #path = new Float64Array(4 * (MAX_TRIES + 2));

  constructor(private readonly ways: Ways) {}

  /** `ecpt_insert` of one entry whose cluster is in no way yet. */
  insert(root: Pfn, user: number, size: number, tag: number, entry: number, low: number, high: number): InsertResult {
    const { hand } = this.ways;
    hand.fill(0);
    hand[2 * entry] = low | (size > 0 ? LOW.PS : 0);
    hand[2 * entry + 1] = storedHigh(low, high);
    writeTag(hand, 0, tag);
    writeCount(hand, 0, 1);
    return this.place(root, user, size, tag);
  }

  /** Finds a place for the cluster in hand: an empty slot at random, else by kicks. */
  place(root: Pfn, user: number, size: number, tag: number): InsertResult {
    const { ways } = this;
    const { numbers, data } = ways.parts;
    const first = numbers.first(user, size);
    let empty = 0;
    let count = 0;
    for (let way = first; way < first + numbers.ways[size]; way++) {
      ways.locate(root, way, tag);
      if (!ways.isEmpty) continue;
      empty |= 1 << (way - first);
      count++;
    }
    if (count === 0) return this.kick(root, user, size, tag, -1);
    let nth = count === 1 ? 0 : data.random(count);
    for (let way = first; ; way++) {
      if ((empty & (1 << (way - first))) === 0 || nth-- > 0) continue;
      ways.locateAgain(root, way, tag);
      ways.put(root, user, size, tag, 'insert', 0);
      return 'ok';
    }
  }

  /** `kick_to_insert`: `from`: the relative way that the cluster has just left, or −1. */
  kick(root: Pfn, user: number, size: number, tag: number, from: number): InsertResult {
    return this.ways.parts.options.kick === 'copy'
      ? this.#kickByCopy(root, user, size, tag, from)
      : this.#kickInPlace(root, user, size, tag, from);
  }

  /** A way at random, another than that one. */
  #otherWay(size: number, than: number): number {
    const { numbers, data } = this.ways.parts;
    const count = numbers.ways[size];
    if (than < 0 || than >= count) return data.random(count);
    return (than + 1 + data.random(count - 1)) % count;
  }

  /** As released: newcomer and victim change places, so that until it has a new one the victim is in no table. */
  #kickInPlace(root: Pfn, user: number, size: number, tag: number, from: number): InsertResult {
    const { ways } = this;
    const { numbers, data, cwts, probe } = ways.parts;
    const first = numbers.first(user, size);
    let inHand = tag;
    let relative = this.#otherWay(size, from >= 0 ? from : data.lastKick);
    for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
      ways.locate(root, first + relative, inHand);
      data.lastKick = relative;
      if (ways.isEmpty) {
        ways.put(root, user, size, inHand, attempt === 1 ? 'insert' : 'kicked', attempt);
        ways.parts.mover?.placed();
        return 'ok';
      }
      const words = ways.parts.memory.pool.words;
      const victim = readTag(words, ways.at);
      const old = this.#old;
      for (let i = 0; i < Cluster.Words; i++) old[i] = words[ways.at + i];
      ways.write(size, inHand, 'kick', attempt);
      ways.hand.set(old);
      countKick(probe);
      if (isKernelDescriptor(root)) this.#lift(size, victim);
      cwts.placed(root, user, size, inHand, relative);
      inHand = victim;
      relative = this.#otherWay(size, relative);
    }
    this.lost = inHand;
    return 'full';
  }

  /** The kernel's own cluster in hand is in no table until it is placed. */
  #lift(size: number, tag: number): void {
    const vpn = signExtendPage(pageOfTag(tag, size), 48);
    const what = `the cluster of ${formatVirtual(vpn)}, which was kicked out of its slot,`;
    this.ways.parts.mover?.lifted(vpn, CLUSTER_PAGES[size], what);
  }

  /** Tag of the cluster in hand when an insert ended with `full`. */
  lost = 0;

  /**
   * As the EMT paper's §7.1 asks: first the whole path of victims is found, then the last one is copied to the empty slot, the one
   * before over it, and so on. At every moment every cluster is in some way; if there is no path nothing has changed.
   */
  #kickByCopy(root: Pfn, user: number, size: number, tag: number, from: number): InsertResult {
    const { ways } = this;
    const { numbers, data } = ways.parts;
    const first = numbers.first(user, size);
    let at = tag;
    let relative = this.#otherWay(size, from >= 0 ? from : data.lastKick);
    let steps = 0;
    for (let attempt = 0; attempt <= MAX_TRIES; attempt++) {
      ways.locate(root, first + relative, at);
      this.#path.set([ways.way, ways.table, ways.slot, ways.inTarget ? 1 : 0], 4 * steps);
      if (ways.isEmpty && !(steps > 0 && ways.isHidden)) {
        data.lastKick = relative;
        this.#followPath(root, user, size, steps);
        return 'ok';
      }
      if (this.#isOnPath(steps) || (steps > 0 && ways.isHidden)) {
        // It would overwrite what it has just brought there, or hide a victim until the pointer moves: begin anew.
        at = tag;
        steps = 0;
        relative = this.#otherWay(size, -1);
        continue;
      }
      at = readTag(ways.parts.memory.pool.words, ways.at);
      relative = this.#otherWay(size, relative);
      steps++;
    }
    this.lost = tag;
    return 'full';
  }

  /** Copies the clusters on the path one step on each, the last first, and puts the one in hand into the first place. */
  #followPath(root: Pfn, user: number, size: number, steps: number): void {
    const { ways } = this;
    const { numbers, cwts, probe } = ways.parts;
    const newcomer = ways.hand.slice();
    for (let step = steps; step >= 0; step--) {
      if (step > 0) {
        this.#goTo(step - 1);
        const words = ways.parts.memory.pool.words;
        for (let i = 0; i < Cluster.Words; i++) ways.hand[i] = words[ways.at + i];
        countKick(probe);
      } else ways.hand.set(newcomer);
      const moving = readTag(ways.hand, 0);
      this.#goTo(step);
      const action = step === 0 ? 'insert' : 'copied';
      if (step === steps) ways.put(root, user, size, moving, action, step + 1);
      else {
        ways.write(size, moving, action, step + 1);
        cwts.placed(root, user, size, moving, numbers.relative(ways.way));
      }
    }
  }

  #isOnPath(step: number): boolean {
    const path = this.#path;
    for (let i = 0; i < step; i++)
      if (path[4 * i + 1] === path[4 * step + 1] && path[4 * i + 2] === path[4 * step + 2]) return true;
    return false;
  }

  #goTo(step: number): void {
    const { ways } = this;
    ways.way = this.#path[4 * step];
    ways.table = asPfn(this.#path[4 * step + 1]);
    ways.slot = this.#path[4 * step + 2];
    ways.inTarget = this.#path[4 * step + 3] === 1;
    ways.look();
  }
}
