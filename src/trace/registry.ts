/**
 * Which reader a file gets. Decided by content, never by name; what has no reader gets an error that says what the
 * file is, as far as one can tell, and what to do with it.
 */
import { HOW_TO_RECORD, TraceError, emptyFile } from './errors';
import { CONTAINERS, FOREIGN_BINARY, FOREIGN_TEXT, startsWith, type ForeignFile } from './foreign';
import type { TraceFormat } from './format';
import { lackey } from './lackey';

/** Every format that is imported. A new one is one file and one line here. */
export const TRACE_FORMATS: readonly TraceFormat[] = [lackey];

/** Bytes of the payload that sniffing looks at. */
export const HEAD_BYTES = 1 << 16;
/** Lines near the start are enough to know a text by. */
const HEAD_TEXT = 1 << 12;

export type Compression = 'none' | 'gzip';

/** Looks at the first bytes of the file itself. */
export function recogniseContainer(source: string, head: Uint8Array): Compression {
  if (head.length === 0) throw emptyFile(source);
  const container = CONTAINERS.find((row) => matches(row, head, ''));
  if (container !== undefined) {
    const { title, advice } = container;
    throw new TraceError({ code: 'unsupported-compression', source, problem: `the file is ${title}`, advice });
  }
  return startsWith(head, '1f8b') ? 'gzip' : 'none';
}

/** Looks at the first bytes of the payload. */
export function recogniseFormat(source: string, head: Uint8Array, compression: Compression): TraceFormat {
  const inside = compression === 'gzip' ? 'the gzip file holds' : 'the file is';
  if (head.length === 0) {
    const problem = 'the gzip file holds nothing';
    throw new TraceError({ code: 'empty', source, problem, expected: 'a trace', advice: HOW_TO_RECORD });
  }
  const text = textOf(head);
  const binary = FOREIGN_BINARY.find((row) => matches(row, head, text));
  const format = binary === undefined ? TRACE_FORMATS.find((candidate) => candidate.sniff(head)) : undefined;
  if (format !== undefined) return format;
  const foreign = binary ?? FOREIGN_TEXT.find((row) => matches(row, head, text));
  if (foreign !== undefined) {
    const { title, advice } = foreign;
    throw new TraceError({
      code: 'unsupported-format',
      source,
      problem: `${inside} ${title}, which cannot be replayed`,
      advice,
    });
  }
  throw new TraceError({
    code: 'unknown-format',
    source,
    problem: `${inside} ${isText(text) ? `text that is no known trace (it starts with ${quoted(text)})` : 'binary data of no known kind'}`,
    expected: TRACE_FORMATS.map((known) => `a ${known.title}`).join(' or '),
    advice: HOW_TO_RECORD,
  });
}

/** The format that a scenario names: `trace "FILE" as lackey`. */
export function formatById(source: string, id: string): TraceFormat {
  const format = TRACE_FORMATS.find((candidate) => candidate.id === id);
  if (format !== undefined) return format;
  throw new TraceError({
    code: 'unsupported-format',
    source,
    problem: `there is no trace format "${id}"`,
    expected: TRACE_FORMATS.map((known) => known.id).join(' or '),
  });
}

function matches({ starts, line, test }: ForeignFile, head: Uint8Array, text: string): boolean {
  if (starts !== undefined) return startsWith(head, starts);
  return line !== undefined ? line.test(text) : test !== undefined && test(head);
}

const textOf = (head: Uint8Array): string => new TextDecoder('utf-8').decode(head.subarray(0, HEAD_TEXT));

/** No NUL and hardly any other control character. */
function isText(text: string): boolean {
  let strange = 0;
  for (const character of text) {
    const code = character.charCodeAt(0);
    if (code === 0) return false;
    if ((code < 0x20 && code !== 9 && code !== 10 && code !== 13) || code === 0xfffd) strange++;
  }
  return strange * 20 <= text.length;
}

/** The first line that is not blank, shortened, as a string literal. */
function quoted(text: string): string {
  const line = text.trim().split(/\r?\n/, 1)[0];
  return JSON.stringify(line.length > 40 ? `${line.slice(0, 40)}…` : line);
}
