/** What the view can point at: everything of one attempt that happened at an event, in order of time. */
import type {
  CacheLookup,
  ExitSummary,
  FaultSummary,
  KickChain,
  KickStep,
  NestedRow,
  TranslationResult,
  WalkLevel,
  WalkPicture,
} from '../../../src/protocol/walk';
import type { Attempt } from './attempts';
import {
  answerSentence,
  exitSentence,
  faultSentence,
  hostSentence,
  kickSentence,
  lookupSentence,
  readSentence,
  resultSentence,
} from './sentences';

/** Where an item stands relative to the cursor. Items of a walk that is not on the tape are all past. */
export type When = 'past' | 'now' | 'future';

export interface Item {
  /**
   * `lookup-0`, `read-2` (the number of the level), `host-2-1` (row and column of the grid), `answer-2`, `exit`, `fault`, `kick-0-3`,
   * `result`: the same in the figure and in the lists.
   */
  id: string;
  kind: 'lookup' | 'read' | 'host' | 'answer' | 'exit' | 'fault' | 'kick' | 'result';
  /** Absent if the item is not on the tape; then it cannot be seeked to. */
  event: number | undefined;
  when: When;
  sentence: string;
}

export function whenOf(picture: WalkPicture, event: number | undefined): When {
  const cursor = picture.cursor.event;
  if (cursor < 0 || event === undefined || event < cursor) return 'past';
  return event === cursor ? 'now' : 'future';
}

type Source =
  | { kind: 'lookup'; id: string; of: CacheLookup }
  | { kind: 'read'; id: string; of: WalkLevel }
  | { kind: 'host'; id: string; of: WalkLevel; row: NestedRow }
  | { kind: 'answer'; id: string; of: { event?: number }; row: NestedRow }
  | { kind: 'exit'; id: string; of: ExitSummary }
  | { kind: 'fault'; id: string; of: FaultSummary }
  | { kind: 'kick'; id: string; of: KickStep; chain: KickChain }
  | { kind: 'result'; id: string; of: TranslationResult };

export const lookupId = (index: number): string => `lookup-${index}`;
export const hostId = (row: number, column: number): string => `host-${row}-${column}`;
export const answerId = (row: number): string => `answer-${row}`;
export const kickId = (chain: number, step: number): string => `kick-${chain}-${step}`;
export const readId = (level: number): string => `read-${level}`;

export function itemsOf(picture: WalkPicture, attempt: Attempt): Item[] {
  const onTape = picture.cursor.event >= 0;
  const items = sourcesOf(attempt).map((source): Item => {
    const event = onTape ? source.of.event : undefined;
    return { id: source.id, kind: source.kind, event, when: whenOf(picture, event), sentence: sentenceOf(source) };
  });
  return items.sort((a, b) => (a.event ?? 0) - (b.event ?? 0));
}

function sourcesOf({ lookups, walk, fault, kicks, result }: Attempt): Source[] {
  const sources: Source[] = lookups.map((of, i) => ({ kind: 'lookup', id: lookupId(i), of }));
  walk?.levels.forEach((of, i) => {
    if (of.status === 'read') sources.push({ kind: 'read', id: readId(i), of });
  });
  walk?.grid?.rows.forEach((row, y) =>
    row.cells.forEach((of, x) => {
      if (of.status === 'read') sources.push({ kind: 'host', id: hostId(y, x), of, row });
    }),
  );
  walk?.grid?.rows.forEach((row, y) => {
    if (row.answer?.event !== undefined) sources.push({ kind: 'answer', id: answerId(y), of: row.answer, row });
  });
  if (walk?.exit) sources.push({ kind: 'exit', id: 'exit', of: walk.exit });
  if (fault) sources.push({ kind: 'fault', id: 'fault', of: fault });
  kicks?.forEach((chain, c) =>
    chain.steps.forEach((of, i) => sources.push({ kind: 'kick', id: kickId(c, i), of, chain })),
  );
  if (result) sources.push({ kind: 'result', id: 'result', of: result });
  return sources;
}

function sentenceOf(source: Source): string {
  switch (source.kind) {
    case 'lookup':
      return lookupSentence(source.of);
    case 'read':
      return readSentence(source.of);
    case 'host':
      return hostSentence(source.of, source.row);
    case 'answer':
      return answerSentence(source.row);
    case 'exit':
      return exitSentence(source.of);
    case 'fault':
      return faultSentence(source.of);
    case 'kick':
      return kickSentence(source.of, source.chain);
    case 'result':
      return resultSentence(source.of);
  }
}
