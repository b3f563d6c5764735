/** Feeding the trace room from memory, in any pieces, and looking at what came out. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { TraceError, type TraceErrorCode } from '../../src/trace/errors';
import { loadTrace, type LoadOptions, type LoadedTrace } from '../../src/trace/load';
import type { TraceRecord } from '../../src/trace/record';
import type { Expected } from '../oracle/traceOracle';

const FIXTURES = join(__dirname, '../fixtures/traces');
export const FILES = ['hand.lackey', 'ls-5000.lackey', 'python-200k.lackey.gz', 'synth-wide.lackey.gz'] as const;

export const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(join(FIXTURES, name)));

export function fixtureText(name: string): string {
  const bytes = fixture(name);
  return Buffer.from(name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
}

export const expected = JSON.parse(readFileSync(join(FIXTURES, 'expected.json'), 'utf8')) as Record<string, Expected>;

export const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

/** The bytes cut at the given places, in any order and number; the host's iterator says when it was closed. */
export class Host implements AsyncIterable<Uint8Array> {
  closed = false;
  given = 0;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly cuts: readonly number[] = [],
  ) {}

  static inPiecesOf(bytes: Uint8Array, size: number): Host {
    return new Host(
      bytes,
      Array.from({ length: Math.floor(bytes.length / size) }, (_, i) => (i + 1) * size),
    );
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const places = [...new Set(this.cuts.map((cut) => Math.min(cut, this.bytes.length)))].sort((a, b) => a - b);
    try {
      let at = 0;
      for (const place of [...places, this.bytes.length]) {
        this.given = place;
        await Promise.resolve(); // as a host does, never answers at once
        yield this.bytes.subarray(at, place);
        at = place;
      }
    } finally {
      this.closed = true;
    }
  }
}

export function load(content: string | Uint8Array | Host, options: LoadOptions = {}): Promise<LoadedTrace> {
  const stream = content instanceof Host ? content : new Host(typeof content === 'string' ? bytesOf(content) : content);
  return loadTrace({ name: 'test.lackey', stream }, options);
}

export const recordsOf = (trace: LoadedTrace): TraceRecord[] =>
  Array.from({ length: trace.store.length }, (_, i) => trace.store.recordAt(i));

/** `read 0x403ffc,8 line 5`, with `M` behind the halves of a modify. */
export const told = (trace: LoadedTrace): string[] =>
  recordsOf(trace).map(({ kind, vpn, offset, sizeBytes, line, halfOfModify }) => {
    const address = (BigInt(vpn) * 4096n + BigInt(offset)).toString(16);
    return `${['read', 'write', 'exec'][kind]} 0x${address},${sizeBytes} line ${line}${halfOfModify ? ' M' : ''}`;
  });

/** The load must be refused with this code, in a sentence that has all of `phrases`. */
export async function refused(
  loading: Promise<unknown>,
  code: TraceErrorCode,
  ...phrases: string[]
): Promise<TraceError> {
  const error = await loading.then(
    () => assert.fail(`was accepted, but ${code} was expected`),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof TraceError, `not a TraceError: ${String(error)}`);
  assert.equal(error.code, code, error.message);
  assert.ok(error.message.startsWith('test.lackey'), error.message);
  for (const phrase of phrases) assert.ok(error.message.includes(phrase), `"${error.message}" lacks "${phrase}"`);
  return error;
}

/** Fails if the work takes longer: a hang must be a failure, not a stuck test run. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not settled after ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
