/**
 * What can go wrong with a trace file, as a catalogue.
 *
 * Every failure of this room that is not our own mistake is a TraceError: a code for programs, a sentence for a
 * person that says what was found, what was expected and what to do, and where in the file it was.
 */
export type TraceErrorCode =
  | 'empty'
  | 'unknown-format'
  | 'unsupported-format'
  | 'unsupported-compression'
  | 'truncated-gzip'
  | 'corrupt-gzip'
  | 'no-records'
  | 'nothing-left'
  | 'bad-address'
  | 'bad-size'
  | 'too-large'
  | 'unreadable'
  | 'lost'
  | 'cancelled';

export interface TraceErrorDetails {
  code: TraceErrorCode;
  /** Name of the file, as the host gave it. */
  source: string;
  problem: string;
  expected?: string;
  advice?: string;
  /** Line of the decompressed text, from 1. */
  line?: number;
  /** Byte of the file as it lies on disk: how far reading had come when the damage was noticed. */
  byte?: number;
  cause?: unknown;
}

export class TraceError extends Error {
  override readonly name = 'TraceError';
  readonly code: TraceErrorCode;
  readonly source: string;
  /** What was found, without the place: for a host that shows the place in its own way. */
  readonly problem: string;
  readonly expected?: string;
  readonly advice?: string;
  readonly line?: number;
  readonly byte?: number;

  constructor(details: TraceErrorDetails) {
    super(sentenceOf(details), { cause: details.cause });
    this.code = details.code;
    this.source = details.source;
    this.problem = details.problem;
    this.expected = details.expected;
    this.advice = details.advice;
    this.line = details.line;
    this.byte = details.byte;
  }
}

function sentenceOf({ source, problem, expected, advice, line, byte }: TraceErrorDetails): string {
  const place = line !== undefined ? `, line ${line}` : byte !== undefined ? `, byte ${byte}` : '';
  const found = expected === undefined ? `${problem}.` : `${problem}; expected ${expected}.`;
  return `${source}${place}: ${found}${advice === undefined ? '' : ` ${advice}`}`;
}

export const HOW_TO_RECORD =
  'Record a trace with "valgrind --tool=lackey --trace-mem=yes --log-file=trace.lackey PROGRAM" (gzip is fine).';

export const emptyFile = (source: string): TraceError =>
  new TraceError({ code: 'empty', source, problem: 'the file is empty', expected: 'a trace', advice: HOW_TO_RECORD });

export const noRecords = (source: string, lines: number): TraceError =>
  new TraceError({
    code: 'no-records',
    source,
    problem: `none of the ${lines} lines is a memory access`,
    expected: 'lines like " L 1ffefff758,8"',
    advice: 'Lackey prints accesses only when it is started with --trace-mem=yes.',
  });

export const nothingLeft = (source: string, skip: number, skipped: number): TraceError =>
  new TraceError({
    code: 'nothing-left',
    source,
    problem: `the trace has ${skipped} accesses, so skipping ${skip} leaves none`,
    advice: 'Skip fewer.',
  });

export const badSize = (source: string, line: number, found: string): TraceError =>
  new TraceError({
    code: 'bad-size',
    source,
    line,
    problem: `the access size is ${found} bytes`,
    expected: '1 to 4096 bytes',
    advice: 'The line is damaged or is not from lackey; a limit loads the part before it.',
  });

export const badAddress = (source: string, line: number, found: string, addressBits: number): TraceError =>
  new TraceError({
    code: 'bad-address',
    source,
    line,
    problem: `the access at ${found} leaves the canonical addresses`,
    expected: `every byte in the lower or upper half of a ${addressBits}-bit address space`,
    advice:
      'The line is damaged, or the trace is from a machine with wider addresses; a limit loads the part before it.',
  });

export const tooLarge = (source: string, line: number, cause: unknown): TraceError =>
  new TraceError({
    code: 'too-large',
    source,
    line,
    cause,
    problem: 'there is no memory left for more of this trace',
    advice: 'Load a part of it with a limit.',
  });

export const unreadable = (source: string, byte: number, cause: unknown): TraceError =>
  new TraceError({
    code: 'unreadable',
    source,
    byte: byte > 0 ? byte : undefined,
    cause,
    problem: HOST_REASONS[codeOf(cause)] ?? `reading failed (${reasonOf(cause)})`,
    advice: 'Check that it is a file and that you may read it.',
  });

export const lostChunk = (source: string, cause: unknown): TraceError =>
  new TraceError({
    code: 'lost',
    source,
    cause,
    problem: `what was imported of this trace cannot be read back (${reasonOf(cause)})`,
    advice: 'Start again: it will be imported anew.',
  });

/** What hosts (Node and VS Code's file systems) call the usual reasons. */
const HOST_REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  FileNotFound: 'there is no such file',
  EISDIR: 'it is a directory',
  FileIsADirectory: 'it is a directory',
  EACCES: 'permission to read it is denied',
  NoPermissions: 'permission to read it is denied',
};

const codeOf = (cause: unknown): string =>
  typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';

export const cancelled = (source: string, byte: number): TraceError =>
  new TraceError({ code: 'cancelled', source, byte, problem: 'loading was cancelled' });

export const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
