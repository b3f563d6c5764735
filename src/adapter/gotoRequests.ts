/** Jump to Cursor: in time, not in code. A line of the scenario is a moment at which it begins; a line of the listing an event. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { LISTING_EXTENSION, REQUESTS } from '../protocol/names';
import type { SeekArguments } from '../protocol/requests';
import type { StopCause, StopRules } from '../timeline/stops';
import type { Arrival, Moment } from '../timeline/timeline';
import { locations } from './breakpoints/lines';
import type { Handler } from './connection';
import type { MotionOptions, SessionContext } from './context';
import type { Debuggee } from './debuggee';
import { badReference } from './errors';

/** Targets are numbers to the client: statement s is s + 1, event e is −(e + 1). */
const eventTarget = (event: number): number => -(event + 1);
const statementTarget = (id: number): number => id + 1;

export function gotoHandlers(session: SessionContext): Readonly<Record<string, Handler>> {
  const { places } = session;

  function targets(args: DebugProtocol.GotoTargetsArguments): DebugProtocol.GotoTarget[] {
    const debuggee = session.stopped();
    const line = places.ourLine(args.line);
    if (isListing(debuggee, args.source)) {
      if (line >= debuggee.timeline.events.length) return [];
      return [{ id: eventTarget(line), label: `event ${line} of this tick`, line: args.line }];
    }
    const file = places.fileOf(args.source);
    if (file === undefined) return [];
    const [found] = locations(debuggee.run.program, file, line, Infinity);
    const statement = debuggee.run.program.statements.find((s) => s.file === file && s.range.start.line === found);
    if (statement === undefined) return [];
    return [{ id: statementTarget(statement.id), label: statement.text, line: places.clientLine(found) }];
  }

  function go({ targetId }: DebugProtocol.GotoArguments): void {
    const { timeline, run } = session.stopped();
    if (targetId < 0) {
      session.move(() => timeline.seek({ tick: timeline.moment.tick, event: -targetId - 1 }));
      return;
    }
    const id = targetId - 1;
    if (id < 0 || id >= run.program.statements.length) throw badReference('There is no such target.');
    const here = timeline.standing.statement?.id ?? Infinity;
    if (id === here) {
      session.move(() => timeline.seek({ tick: timeline.moment.tick, event: 0 }));
      return;
    }
    const rules = startOf(id, run.program.statements.length, () => run.statementId);
    session.move(() => timeline.jump(rules, id > here));
  }

  return {
    gotoTargets: (args: DebugProtocol.GotoTargetsArguments) => ({ targets: targets(args) }),
    goto: go,
    [REQUESTS.seek]: (moment: SeekArguments) => goTo(session, moment),
  };
}

/** Goes to a moment of the run. */
export function goTo(session: SessionContext, { tick, event }: Moment): void {
  if (!Number.isSafeInteger(tick) || tick < 0 || !Number.isSafeInteger(event) || event < 0)
    throw badReference('A moment has a tick and an event, both whole numbers.');
  const [motion, options] = motionTo({ tick, event });
  session.move(motion, undefined, { ...options, unannounced: true });
}

/** The motion to a moment of the run, with what a person reads about it. */
export function motionTo(moment: Moment): [motion: (d: Debuggee) => Promise<Arrival>, options: MotionOptions] {
  const { tick } = moment;
  return [
    (debuggee) => seekInside(debuggee, moment),
    { title: `Going to tick ${tick}`, nowhere: `The run ends before tick ${tick}` },
  ];
}

/** Nowhere if the run ends before the moment: nobody who asks for one wants the session to end. */
async function seekInside({ timeline }: Debuggee, wanted: Moment): Promise<Arrival> {
  const origin = timeline.moment;
  const arrival = await timeline.seek(wanted);
  if (arrival.kind !== 'end') return arrival;
  await timeline.seek(origin);
  return { kind: 'nowhere' };
}

const isListing = (debuggee: Debuggee, source: DebugProtocol.Source): boolean =>
  source.sourceReference === debuggee.listingSource().sourceReference ||
  source.path?.endsWith(LISTING_EXTENSION) === true;

/** Stops where a statement begins, and nowhere else. */
function startOf(id: number, count: number, current: () => number): StopRules {
  const statements = new Uint8Array(count);
  statements[id] = 1;
  const cause: StopCause = { reason: 'goto', text: 'this statement', breakpoints: [] };
  return {
    armed: 0,
    functions: [],
    watches: [],
    statements,
    candidates: () => (current() === id ? [{ event: 0, cause }] : []),
  };
}
