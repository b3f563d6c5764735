/**
 * One access may be translated more than once: a walk that faults and the retry after the kernel has served the fault.
 * An attempt is one of these tries with everything that belongs to it, so that the view shows one at a time.
 */
import type {
  CacheLookup,
  FaultSummary,
  KickChain,
  TranslationResult,
  WalkAttempt,
  WalkPicture,
} from '../../../src/protocol/walk';

export interface Attempt {
  walk?: WalkAttempt;
  lookups: CacheLookup[];
  fault?: FaultSummary;
  result?: TranslationResult;
  kicks?: KickChain[];
  firstEvent: number;
}

export function attemptsOf(picture: WalkPicture): Attempt[] {
  let after = -1;
  const attempts: Attempt[] = picture.walks.map((walk) => {
    const lookups = picture.lookups.filter(({ event }) => event > after && event <= walk.lastEvent);
    after = walk.lastEvent;
    return { walk, lookups, firstEvent: lookups[0]?.event ?? walk.firstEvent };
  });
  const rest = picture.lookups.filter(({ event }) => event > after);
  const first = rest[0];
  if (first) attempts.push({ lookups: rest, firstEvent: first.event });
  if (attempts.length === 0) attempts.push({ lookups: [], firstEvent: picture.cursor.event });
  giveOutcome(picture, attempts);
  giveKicks(picture, attempts);
  return attempts;
}

/** The fault goes to the walk that ended in one; the result to the last attempt, which is the one that succeeded. */
function giveOutcome({ fault, result }: WalkPicture, attempts: Attempt[]): void {
  const last = attempts[attempts.length - 1];
  if (!last) return;
  const faulting = attempts.find(({ walk }) => walk?.outcome === 'fault') ?? (result ? undefined : last);
  if (fault && faulting) faulting.fault = fault;
  if (result) last.result = result;
}

/** What the kernel did behind a fault belongs to the attempt that faulted. */
function giveKicks({ kicks = [] }: WalkPicture, attempts: Attempt[]): void {
  for (const chain of kicks) {
    const event = Math.min(...chain.steps.map((step) => step.event));
    const attempt = attempts.findLast(({ firstEvent }) => firstEvent <= event) ?? attempts[0];
    if (attempt) attempt.kicks = [...(attempt.kicks ?? []), chain];
  }
}

/** The attempt that the cursor is in, or the last one that has begun. */
export function attemptAt(attempts: Attempt[], event: number): number {
  if (event < 0) return 0;
  const later = attempts.findIndex(({ firstEvent }) => firstEvent > event);
  return later < 0 ? attempts.length - 1 : Math.max(0, later - 1);
}

const PURPOSES: Record<WalkAttempt['purpose'], string> = {
  translate: 'Walk',
  retry: 'Retry',
  confirm: 'Confirming walk',
  dirty: 'Dirty assist',
  resume: 'After the exit',
  inspect: 'Inspection',
};

const OUTCOMES: Record<WalkAttempt['outcome'], string> = {
  mapped: 'mapped',
  fault: 'fault',
  abandoned: 'abandoned',
  exit: 'VM exit',
  running: 'in progress',
};

export function attemptTitle({ walk, lookups }: Attempt): string {
  if (walk) return `${PURPOSES[walk.purpose]}: ${OUTCOMES[walk.outcome]}`;
  return lookups.some(({ kind, hit }) => kind === 'tlb' && hit) ? 'TLB hit' : 'Look-up';
}
