/** Requests that move the machine by steps, forwards and backwards. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { MachineEvent } from '../machine/core/events';
import type { StepUnit } from '../protocol/launch';
import { REQUESTS } from '../protocol/names';
import { STEP_UNITS } from '../protocol/launch';
import type { StepUnitArguments, StepUnitResponse } from '../protocol/requests';
import { eventText } from '../timeline/listing';
import type { Handler } from './connection';
import type { SessionContext } from './context';
import type { Debuggee } from './debuggee';
import { badReference, refused } from './errors';

type Step = Pick<DebugProtocol.NextArguments, 'granularity'>;

export function stepHandlers(session: SessionContext): Readonly<Record<string, Handler>> {
  /** An instruction of ours is an event, a line of the scenario is a whole statement. */
  const unitOf = ({ stepOver, loaded }: Debuggee, granularity: Step['granularity']): StepUnit => {
    // A trace that runs by itself is one statement: nobody means to step over all of it.
    if (loaded.kind === 'trace' || granularity === 'statement') return 'access';
    return granularity === 'line' ? 'statement' : stepOver;
  };

  function stepInTargets(args: DebugProtocol.StepInTargetsArguments): DebugProtocol.StepInTargetsResponse['body'] {
    const debuggee = session.stopped();
    // Only what the innermost frame is about to do can be stepped into.
    if (args.frameId !== 1) return { targets: [] };
    const { events, moment } = debuggee.timeline;
    const { machine } = debuggee.run;
    const label = (event: MachineEvent): string =>
      eventText(event, machine, (address) => debuggee.run.describeAddress(address)).replace(/ \{$/, '');
    return { targets: targetsAfter(events, moment.event).map((id) => ({ id, label: label(events[id]) })) };
  }

  function stepIn({ targetId }: DebugProtocol.StepInArguments): void {
    if (targetId === undefined) return session.move((d) => d.timeline.stepIn(d.breakpoints));
    const { timeline } = session.stopped();
    if (!targetsAfter(timeline.events, timeline.moment.event).includes(targetId))
      throw badReference('There is no such target to step into here.');
    session.move((d) => d.timeline.stepTo(targetId, d.breakpoints));
  }

  /** A walk, a function or an access runs again: the cursor goes to where it began. */
  function restartFrame({ frameId }: DebugProtocol.RestartFrameArguments): void {
    const { frames, timeline } = standing(session);
    const frame = frames[frameId - 1];
    if (frame === undefined) throw badReference('There is no such frame.');
    const { start } = frame;
    if (start === undefined) throw refused('Only a walk, a function and an access can be restarted.');
    session.move(() => timeline.seek({ tick: timeline.moment.tick, event: start }));
  }

  function stepUnit({ stepOver }: StepUnitArguments): StepUnitResponse {
    const unit = STEP_UNITS.find((u) => u === stepOver);
    if (unit === undefined) throw badReference(`'stepOver' is ${STEP_UNITS.join(' or ')}.`);
    session.launched().stepOver = unit;
    return { stepOver: unit };
  }

  return {
    continue: () => session.move((d) => d.timeline.continue(d.breakpoints), { allThreadsContinued: true }),
    next: ({ granularity }: Step) =>
      session.move((d) =>
        granularity === 'instruction'
          ? d.timeline.stepIn(d.breakpoints)
          : d.timeline.stepOver(d.breakpoints, unitOf(d, granularity)),
      ),
    stepIn,
    stepInTargets,
    stepOut: () => session.move((d) => d.timeline.stepOut(d.breakpoints)),
    stepBack: ({ granularity }: Step) =>
      session.move((d) =>
        granularity === 'instruction' ? d.timeline.reverseStepIn() : d.timeline.stepBack(unitOf(d, granularity)),
      ),
    reverseContinue: () =>
      session.move((d) => d.timeline.reverseContinue(d.breakpoints), undefined, { title: 'Running backwards' }),
    restartFrame,
    [REQUESTS.reverseStepIn]: () => session.move((d) => d.timeline.reverseStepIn(), undefined, { unannounced: true }),
    [REQUESTS.reverseStepOut]: () => session.move((d) => d.timeline.reverseStepOut(), undefined, { unannounced: true }),
    [REQUESTS.stepUnit]: stepUnit,
  };
}

const standing = (
  session: SessionContext,
): { frames: ReturnType<Debuggee['frames']>; timeline: Debuggee['timeline'] } => {
  const debuggee = session.stopped();
  return { frames: debuggee.frames(), timeline: debuggee.timeline };
};

/** Events that begin something in which there is more to see. */
const OPENING: ReadonlySet<MachineEvent['kind']> = new Set(['translate', 'walkStart', 'fault', 'enter']);
const MOST_TARGETS = 32;

/**
 * What can be stepped into from an event: the walks, faults and functions that the frame at it is about to go through, and
 * of a parallel walk each probe. Indices of events.
 */
export function targetsAfter(events: readonly MachineEvent[], at: number): number[] {
  const here = events[at];
  if (here === undefined) return [];
  const opens = here.kind === 'enter' || here.kind === 'walkStart' || at === 0;
  const deepest = here.depth + (opens ? 1 : 0);
  const found: number[] = [];
  for (let i = at + 1; i < events.length && found.length < MOST_TARGETS; i++) {
    const event = events[i];
    // The frame that the cursor is in ends here.
    if (event.depth < here.depth && at > 0) break;
    if (event.depth > deepest) continue;
    if (OPENING.has(event.kind) || (event.kind === 'tableRead' && event.probe !== undefined)) found.push(i);
  }
  return found;
}
