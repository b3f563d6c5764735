/**
 * Many accesses in one call, with the same effect as calling `Machine.access` for each: the hardware's part is one call of
 * the translator for as long as nothing else is needed; faults are served in between.
 *
 * The last access of a call is always made by `Machine.access`, so that the record of the last access is exact between
 * calls; it need not be kept before that.
 */
import { type AccessChunk, packedKind, packedOffset, packedSize, pageOf } from './core/accessChunk';
import { type Vpn, wrapPage } from './core/addresses';
import { runThroughCaches } from './cachedReplay';
import type { Machine } from './machine';
import { Counting, RunEnd } from './mmu/translator';

export class Replay {
  /** False if the access behind the last one made faulted fatally. */
  alive = true;

  constructor(private readonly machine: Machine) {}

  /**
   * Makes accesses `from` … `to` − 1 (at least one) of the chunk, `shift` pages further up, in user mode (1) or as the
   * supervisor (0). Ends early behind an access in which something armed was seen, and before one that faults fatally: that
   * one has been made, but is not counted in the answer.
   */
  run(chunk: AccessChunk, from: number, to: number, shift: number, user: number): number {
    const { machine } = this;
    const caches = machine.dataCaches;
    if (caches !== null) {
      const made = runThroughCaches(machine, caches, chunk, from, to, shift, user);
      this.alive = made >= 0;
      return this.alive ? made : -1 - made;
    }
    const { probe } = machine;
    const { translator } = machine.mmu;
    this.alive = true;
    let at = from;
    /** Place of an access whose fault has been served and that is to be tried again. */
    let faulted = -1;
    while (at < to - 1) {
      const began = at;
      if (machine.tlb.isolated && !machine.enterFor(chunk.packed[at], this.#page(chunk, at, shift), user)) {
        this.alive = false;
        return at - from;
      }
      const counting = began === faulted ? Counting.RetryFirst : Counting.Access;
      at = translator.run(chunk, began, to - 1, shift, user, counting, began > from || faulted === began);
      if (translator.end === RunEnd.Done) {
        if (probe.fired === 0) break;
        const last = at - 1;
        const page = this.#page(chunk, last, shift);
        if (translator.servedAt === last) machine.beginRecordOf(chunk.packed[last], page, user);
        if (translator.servedAt === last || faulted === last) machine.completeRecord(true);
        else machine.recordTranslated(chunk.packed[last], page, user, translator.walkedAt === last);
        return at - from;
      }
      if (translator.end === RunEnd.Fault) {
        const packed = chunk.packed[at];
        const page = this.#page(chunk, at, shift);
        const again = translator.servedAt === at;
        if (again) machine.beginRecordOf(packed, page, user);
        this.alive = machine.serveFaultOf(packed, page, user, again || at === faulted);
        // Under isolation the way back loads CR3. If somebody has set it by hand, the page may be in a TLB under the PCID
        // that the retry finds: not the miss that going on in the same run takes it for.
        if (this.alive && probe.fired === 0 && !machine.tlb.isolated) {
          faulted = at;
          continue;
        }
        this.alive &&= machine.finishFaulted(packed, page, user);
      } else this.alive = this.#access(chunk, at, shift, user);
      if (!this.alive) return at - from;
      at++;
      if (probe.fired !== 0) return at - from;
    }
    this.alive = this.#access(chunk, at, shift, user);
    return this.alive ? at + 1 - from : at - from;
  }

  #page(chunk: AccessChunk, at: number, shift: number): Vpn {
    return wrapPage(pageOf(chunk, at) + shift);
  }

  #access(chunk: AccessChunk, at: number, shift: number, user: number): boolean {
    const packed = chunk.packed[at];
    return this.machine.access(
      packedKind(packed),
      this.#page(chunk, at, shift),
      packedOffset(packed),
      packedSize(packed),
      user,
    );
  }
}
