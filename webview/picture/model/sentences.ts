/** The picture in words: accessible names of items and the live summary. */
import type {
  CacheLookup,
  ExitSummary,
  FaultSummary,
  KickChain,
  KickStep,
  NestedRow,
  PictureAside,
  TranslationResult,
  WalkLevel,
  WalkPicture,
} from '../../../src/protocol/walk';
import { sizeText } from '../../shared/text';

export function lookupSentence({ structure, key, hit, answer }: CacheLookup): string {
  return `${structure}, ${key}: ${hit ? `hit, ${answer ?? 'known'}` : 'miss'}`;
}

export function readSentence({ name, index, entry, cycles, foundIn, matches }: WalkLevel): string {
  const from = foundIn === undefined ? '' : ` from ${foundIn}`;
  const cost = cycles === undefined ? '' : `, ${cycles} cycles${from}`;
  if (matches === false) return `${name}, slot ${index}: no match${cost}`;
  if (!entry) return `${name} entry ${index}${cost}`;
  const flags = entry.flags ? `, flags ${entry.flags}` : '';
  return `${name} entry ${index} at ${entry.address} is ${entry.raw}: ${entry.meaning}${flags}${cost}`;
}

/** Of the second dimension: which of the guest's addresses it is read for. */
export function hostSentence(level: WalkLevel, { name, guestPhysical }: NestedRow): string {
  return `For ${name === 'page' ? 'the page' : `the guest’s ${name} table`} at guest-physical ${guestPhysical ?? '?'}: ${readSentence(level)}`;
}

export function answerSentence({ name, guestPhysical, answer }: NestedRow): string {
  return `For ${name === 'page' ? 'the page' : `the guest’s ${name} table`} at guest-physical ${guestPhysical ?? '?'}: ${answer?.structure ?? ''}, ${answer?.text ?? ''}`;
}

export function exitSentence({ title, guestPhysical, qualification, explanation }: ExitSummary): string {
  const code = qualification === '' ? '' : `, exit qualification ${qualification}`;
  return `${title} at guest-physical ${guestPhysical}${code}: ${explanation}`;
}

export function faultSentence({ vector, kind, errorCode, cr2, explanation }: FaultSummary): string {
  return `${vector}${kind ? `, ${kind}` : ''}, error code ${errorCode}, CR2 ${cr2}: ${explanation}`;
}

export function kickSentence({ cluster, address, lane, slot, victim }: KickStep, { lanes }: KickChain): string {
  const then = victim === undefined ? 'which was empty' : `where ${victim} was, which has to go on`;
  return `Cluster ${cluster} of ${address} takes slot ${slot} of ${lanes[lane] ?? 'a way'}, ${then}`;
}

export function resultSentence(result: TranslationResult): string {
  const { physical, frame, pageSizeBytes, from } = result;
  return `Physical address ${physical} in frame ${frame}, a ${sizeText(pageSizeBytes)} page, from ${from}`;
}

/** What a screen reader hears when the cursor has moved. */
export function summarySentence(picture: WalkPicture, current: string | undefined): string {
  const { cursor, access, aside } = picture;
  if (aside) return `${aside.statement}. ${asideSentence(aside)} ${access.title}.`;
  if (cursor.event < 0) return `Walk of ${access.address}, not on the tape.`;
  return `${access.title}, event ${cursor.event} of ${cursor.events}. ${current ?? ''}`.trim();
}

/** What a picture shows instead of an access at the cursor. */
export function asideSentence({ kind, doing, ticksAgo = 0 }: PictureAside): string {
  switch (kind) {
    case 'work':
      return `No access here: the page that ${doing ?? 'the kernel'} works on, as the tables have it at this event.`;
    case 'lastAccess':
      return `No access here: the last one, ${ticksAgo} ${ticksAgo === 1 ? 'tick' : 'ticks'} ago, as it was then.`;
    case 'lastPage':
      return 'No access here: the page of the last one, which is far back, as the tables have it now.';
  }
}
