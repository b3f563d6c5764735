/** The picture in words: accessible names of items and the live summary. */
import type { CacheLookup, FaultSummary, TranslationResult, WalkLevel, WalkPicture } from '../../../src/protocol/walk';
import { sizeText } from './text';

export function lookupSentence({ structure, key, hit, answer }: CacheLookup): string {
  return `${structure}, ${key}: ${hit ? `hit, ${answer ?? 'known'}` : 'miss'}`;
}

export function readSentence({ name, index, entry, cycles, matches }: WalkLevel): string {
  const cost = cycles === undefined ? '' : `, ${cycles} cycles`;
  if (matches === false) return `${name}, slot ${index}: no match${cost}`;
  if (!entry) return `${name} entry ${index}${cost}`;
  const flags = entry.flags ? `, flags ${entry.flags}` : '';
  return `${name} entry ${index} at ${entry.address} is ${entry.raw}: ${entry.meaning}${flags}${cost}`;
}

export function faultSentence({ vector, kind, errorCode, cr2, explanation }: FaultSummary): string {
  return `${vector}${kind ? `, ${kind}` : ''}, error code ${errorCode}, CR2 ${cr2}: ${explanation}`;
}

export function resultSentence(result: TranslationResult): string {
  const { physical, frame, pageSizeBytes, from } = result;
  return `Physical address ${physical} in frame ${frame}, a ${sizeText(pageSizeBytes)} page, from ${from}`;
}

/** What a screen reader hears when the cursor has moved. */
export function summarySentence(picture: WalkPicture, current: string | undefined): string {
  const { cursor, access } = picture;
  if (cursor.event < 0) return `Walk of ${access.address}, not on the tape.`;
  return `${access.title}, event ${cursor.event} of ${cursor.events}. ${current ?? ''}`.trim();
}
