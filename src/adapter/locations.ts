/**
 * Where something comes from: a value leads to the statement that last wrote it, a name to the statement that bound it.
 * The first is a search back over the tape; it ends where it began, may be cancelled, and does not go on for ever.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { analyse } from '../scenario/language/analysis';
import { comparePositions } from '../scenario/language/positions';
import type { Binding } from '../scenario/language/scope';
import type { LoadedRun } from '../scenario/run/load';
import type { StatementInfo } from '../scenario/run/program';
import type { Handler } from './connection';
import type { SessionContext } from './context';
import { parseDataId } from './data/target';
import type { Debuggee } from './debuggee';
import { badReference, refused } from './errors';
import { programPlace } from './programPlace';
import { changesOf } from './travelRequests';

/** What a reference over the wire stands for, until the machine moves. */
export type Location =
  /** `dataId`: what was written. */
  | { kind: 'written'; dataId: string }
  /** 0-based. */
  | { kind: 'declared'; file: number; line: number; column: number };

type Answer = DebugProtocol.LocationsResponse['body'];

const PATIENCE_MS = 15_000;

export function locationHandlers(session: SessionContext): Readonly<Record<string, Handler>> {
  const { places } = session;

  function locations(
    { locationReference }: DebugProtocol.LocationsArguments,
    request: number,
  ): Answer | Promise<Answer> {
    const debuggee = session.stopped();
    const location = debuggee.variables.location(locationReference);
    if (location.kind === 'written') return lastWrite(debuggee, location.dataId, request);
    const source = places.source(places.files[location.file]);
    return { source, line: places.clientLine(location.line), column: places.clientColumn(location.column) };
  }

  async function lastWrite({ run }: Debuggee, dataId: string, request: number): Promise<Answer> {
    const target = parseDataId(dataId)?.target;
    if (target === undefined) throw badReference('This is no data.');
    const { rules, called } = changesOf(run, target);
    const title = `Looking for what last wrote ${called}`;
    let isLate = false;
    const answer = await session.look(request, title, async (debuggee) => {
      const timer = setTimeout(() => {
        isLate = true;
        debuggee.timeline.pause();
      }, PATIENCE_MS);
      try {
        const found = await debuggee.timeline.lookBack(rules, () => writePlace(debuggee));
        return isLate && found === 'paused' ? 'late' : found;
      } finally {
        clearTimeout(timer);
      }
    });
    if (answer === 'late')
      throw refused(
        `${title} takes longer than ${PATIENCE_MS / 1000} s. Previous Change of This Entry takes its time.`,
      );
    if (answer === 'none') throw refused(`Nothing has written ${called} since the run began.`);
    return answer.seen;
  }

  function writePlace(debuggee: Debuggee): Answer {
    const { standing, moment } = debuggee.timeline;
    const { statement } = standing;
    const frame = { line: statement?.range.start.line, file: statement?.file };
    return programPlace(debuggee, places, frame, moment.event);
  }

  return { locations };
}

/** The statements that bind names. */
export class Declarations {
  #bindings: readonly Binding[] | undefined;

  constructor(private readonly loaded: Pick<LoadedRun, 'sources'>) {}

  /** Of a name as it is bound at a statement: a name that was unmapped may be bound again. */
  of(name: string, at: StatementInfo | undefined): Location | undefined {
    this.#bindings ??= analyse(this.loaded.sources).bindings;
    const all = this.#bindings.filter((binding) => binding.name === name);
    const known = all.filter(
      (binding) =>
        at === undefined || binding.file !== at.file || comparePositions(binding.range.start, at.range.start) < 0,
    );
    const binding = known.at(-1) ?? all[0];
    if (binding === undefined) return undefined;
    const { line, column } = binding.range.start;
    return { kind: 'declared', file: binding.file, line, column };
  }
}
