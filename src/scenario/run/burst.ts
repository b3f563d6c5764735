/**
 * The fast path: accesses of the pattern or trace that is going on, in chunks, without coming back to the program between
 * them. Nothing in here is done once an access except by the machine (docs/performance.md).
 */
import { type AccessChunk, CHUNK_ACCESSES, ScratchChunk } from '../../machine/core/accessChunk';
import { offsetOfAddress, vpnOfAddress } from '../../machine/core/addresses';
import { TraceError } from '../../trace/errors';
import type { LoadedTrace } from '../../trace/load';
import type { Execution } from './execution';
import { fillChunk } from './patterns';
import { accessStatementOf } from './program';
import type { AccessPatternActivity } from './state';
import { KIND_CODE, userMode } from './statements/access';
import { accessFailed } from './statements/outcome';

export class Burst {
  /** Where accesses of a pattern are made up. */
  readonly #scratch = new ScratchChunk();

  constructor(private readonly x: Execution) {}

  /** Runs up to tick `until` at most. True if not a single tick was run: the next one is no burst's work. */
  run(until: number): boolean {
    const { x } = this;
    const { activity } = x.state;
    if (activity === null || activity.kind === 'operation') return true;
    // The last access ends the statement, which is a single tick's work.
    const end = Math.min(activity.count - 1, x.at + until - x.tick);
    return activity.kind === 'trace' ? this.#trace(activity.trace, activity.offset, end) : this.#pattern(activity, end);
  }

  #pattern(pattern: AccessPatternActivity, end: number): boolean {
    const { x } = this;
    const statement = accessStatementOf(x.instruction.statement);
    if (statement === undefined) return true;
    const from = x.at;
    while (x.at < end) {
      const count = Math.min(end - x.at, CHUNK_ACCESSES);
      fillChunk(this.#scratch, pattern, KIND_CODE[statement.operation], x.at, count);
      if (!this.#replay(this.#scratch, 0, count, 0, userMode(statement))) return false;
    }
    return x.at === from;
  }

  #trace(trace: number, offset: bigint, end: number): boolean {
    const { x } = this;
    const { store } = x.traces[trace];
    const from = x.at;
    const shift = vpnOfAddress(offset);
    if (offsetOfAddress(offset) !== 0) return true;
    while (x.at < end) {
      const chunk = chunkOf(store, x.at);
      // A trace that cannot be read any more ends the run, which is a tick of its own.
      if (chunk === undefined) break;
      const first = x.at % CHUNK_ACCESSES;
      if (!this.#replay(chunk, first, Math.min(chunk.length, first + end - x.at), shift, 1)) return false;
    }
    return x.at === from;
  }

  /** Makes accesses of a chunk, each a tick. False if the burst ends with them. */
  #replay(chunk: AccessChunk, from: number, to: number, shift: number, user: number): boolean {
    const { x } = this;
    const { replay, probe } = x.machine;
    const made = replay.run(chunk, from, to, shift, user);
    x.at += made;
    x.tick += made;
    if (replay.alive) return probe.fired === 0;
    x.inside(() => accessFailed(x));
    return false;
  }
}

/** The chunk that holds an access; `undefined` if it can no longer be read. */
function chunkOf(store: LoadedTrace['store'], at: number): AccessChunk | undefined {
  try {
    return store.chunkOf(at);
  } catch (error) {
    if (error instanceof TraceError) return undefined;
    throw error;
  }
}
