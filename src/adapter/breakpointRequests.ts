/** Requests that set breakpoints, and what is kept of them so that a restart can set them again. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { BreakpointIds, type WantedData } from './breakpoints/breakpoints';
import { locations } from './breakpoints/lines';
import { type MicroOp, microOp } from './breakpoints/microOps';
import type { Handler } from './connection';
import type { SessionContext } from './context';
import { dataInfo } from './data/info';
import type { Debuggee } from './debuggee';
import { badReference, unusable } from './errors';
import { momentAt } from './instructions';
import type { Moment } from '../timeline/timeline';

interface LineBreakpoints {
  source: DebugProtocol.Source;
  /** Lines are 0-based. */
  wanted: readonly DebugProtocol.SourceBreakpoint[];
}

export class BreakpointRequests {
  readonly ids = new BreakpointIds();
  /** By path, as the client writes it: a restart may give files other numbers. */
  readonly #lines = new Map<string, LineBreakpoints>();
  #functions: readonly DebugProtocol.FunctionBreakpoint[] = [];
  #filters: readonly { filterId: string; condition?: string }[] = [];
  #data: readonly WantedData[] = [];
  /** What was seen at moments on which somebody has set a breakpoint: the cursor is elsewhere when they are sent again. */
  readonly #operations = new Map<string, MicroOp>();

  constructor(private readonly session: SessionContext) {}

  readonly handlers: Readonly<Record<string, Handler>> = {
    setBreakpoints: (args: DebugProtocol.SetBreakpointsArguments) => this.#setLines(args),
    setFunctionBreakpoints: ({ breakpoints }: DebugProtocol.SetFunctionBreakpointsArguments) => {
      this.#functions = breakpoints;
      return { breakpoints: this.session.launched().breakpoints.setFunctions(breakpoints) };
    },
    setExceptionBreakpoints: (args: DebugProtocol.SetExceptionBreakpointsArguments) => {
      this.#filters = [...args.filters.map((filterId) => ({ filterId })), ...(args.filterOptions ?? [])];
      return { breakpoints: this.session.launched().breakpoints.setFilters(this.#filters) };
    },
    setDataBreakpoints: ({ breakpoints }: { breakpoints: WantedData[] }) => {
      this.#data = breakpoints;
      return { breakpoints: this.session.launched().breakpoints.setData(breakpoints) };
    },
    setInstructionBreakpoints: ({ breakpoints }: DebugProtocol.SetInstructionBreakpointsArguments) =>
      this.#setInstructions(breakpoints),
    dataBreakpointInfo: (args: DebugProtocol.DataBreakpointInfoArguments) => this.#dataInfo(args),
    breakpointLocations: (args: DebugProtocol.BreakpointLocationsArguments) => this.#locations(args),
    exceptionInfo: () => this.#exceptionInfo(),
  };

  /** Sets on a new debuggee what was set on the one before, and says what has become of it. */
  again({ breakpoints }: Debuggee): void {
    const { places } = this.session;
    for (const { source, wanted } of this.#lines.values()) {
      const file = places.fileOf(source);
      if (file !== undefined) this.#announce(breakpoints.setLines(file, wanted, (line) => places.clientLine(line)));
    }
    this.#announce(breakpoints.setFunctions(this.#functions));
    this.#announce(breakpoints.setData(this.#data));
    breakpoints.setFilters(this.#filters);
  }

  /** At a stop: what a breakpoint waits for may be there now. */
  revisit({ breakpoints }: Debuggee): void {
    this.#announce(breakpoints.revisit());
  }

  #announce(breakpoints: readonly DebugProtocol.Breakpoint[]): void {
    for (const breakpoint of breakpoints) this.session.announce('breakpoint', { reason: 'changed', breakpoint });
  }

  #setLines(args: DebugProtocol.SetBreakpointsArguments): DebugProtocol.SetBreakpointsResponse['body'] {
    const { places } = this.session;
    const wanted = args.breakpoints ?? (args.lines ?? []).map((line) => ({ line }));
    const unverified = (message: string): DebugProtocol.SetBreakpointsResponse['body'] => ({
      breakpoints: wanted.map((w) => ({ verified: false, line: w.line, message })),
    });
    const debuggee = this.session.launched();
    const tick = debuggee.listings.tickOf(args.source.sourceReference ?? 0);
    if (tick !== undefined) return this.#setInListing(debuggee, tick, wanted);
    const file = places.fileOf(args.source);
    if (file === undefined) return unverified('This file is not part of the program that runs.');
    if (debuggee.loaded.kind === 'trace')
      return unverified('A trace has no statements; use exception filters with a condition.');
    const ours = wanted.map((w) => ({ ...w, line: places.ourLine(w.line) }));
    this.#lines.set(args.source.path ?? '', { source: args.source, wanted: ours });
    return { breakpoints: debuggee.breakpoints.setLines(file, ours, (line) => places.clientLine(line)) };
  }

  /** Lines of a listing are events of its tick. */
  #setInListing(
    { breakpoints }: Debuggee,
    tick: number,
    wanted: readonly DebugProtocol.SourceBreakpoint[],
  ): DebugProtocol.SetBreakpointsResponse['body'] {
    const { places } = this.session;
    const operation = ({ line }: DebugProtocol.SourceBreakpoint): MicroOp =>
      this.#operationAt({ tick, event: places.ourLine(line) });
    return { breakpoints: breakpoints.setOperations(`tick ${tick}`, wanted, operation, ({ line }) => ({ line })) };
  }

  #setInstructions(
    wanted: readonly DebugProtocol.InstructionBreakpoint[],
  ): DebugProtocol.SetInstructionBreakpointsResponse['body'] {
    const { breakpoints } = this.session.launched();
    const operation = ({ instructionReference, offset }: DebugProtocol.InstructionBreakpoint): MicroOp => {
      const moment = momentAt(instructionReference, offset);
      if (moment === undefined) throw unusable(`'${instructionReference}' is no moment of the run.`);
      return this.#operationAt(moment);
    };
    const place = ({ instructionReference, offset }: DebugProtocol.InstructionBreakpoint) => ({
      instructionReference,
      offset,
    });
    return { breakpoints: breakpoints.setOperations('instructions', wanted, operation, place) };
  }

  #operationAt({ tick, event }: Moment): MicroOp {
    const key = `${tick}:${event}`;
    const known = this.#operations.get(key);
    if (known !== undefined) return known;
    const { timeline, run, loaded } = this.session.stopped();
    if (tick !== timeline.moment.tick || event < 0 || event >= timeline.events.length)
      throw unusable(`What happens there is known at tick ${tick} alone: go there to set this breakpoint.`);
    const statement = loaded.kind === 'scenario' ? timeline.standing.statement?.id : undefined;
    const found = microOp(timeline.events, event, run, statement);
    this.#operations.set(key, found);
    return found;
  }

  #dataInfo(args: DebugProtocol.DataBreakpointInfoArguments): DebugProtocol.DataBreakpointInfoResponse['body'] {
    const debuggee = this.session.stopped();
    const { variablesReference = 0, name, asAddress } = args;
    const node =
      variablesReference === 0 || asAddress === true ? undefined : debuggee.variables.find(variablesReference, name);
    return dataInfo(debuggee.run, args, node);
  }

  #locations(args: DebugProtocol.BreakpointLocationsArguments): DebugProtocol.BreakpointLocationsResponse['body'] {
    const { places } = this.session;
    const debuggee = this.session.launched();
    const file = places.fileOf(args.source);
    if (file === undefined || debuggee.loaded.kind === 'trace') return { breakpoints: [] };
    const first = places.ourLine(args.line);
    const last = args.endLine === undefined ? first : places.ourLine(args.endLine);
    const lines = locations(debuggee.run.program, file, first, last);
    return { breakpoints: lines.map((line) => ({ line: places.clientLine(line) })) };
  }

  #exceptionInfo(): DebugProtocol.ExceptionInfoResponse['body'] {
    const debuggee = this.session.stopped();
    const cause = this.session.lastStop();
    if (cause === undefined) throw badReference('The machine did not stop on a fault.');
    const fault = debuggee.accessPicture()?.fault;
    const bits = fault?.errorBits.join(' ') || 'no bits';
    const message = fault && `${fault.vector}, error code ${fault.errorCode} (${bits}): ${fault.explanation}`;
    const [name, ...rest] = cause.text.split(': ');
    const description = [rest.join(': ') || name, message].filter(Boolean).join('\n');
    const details = fault && { message, typeName: fault.vector, evaluateName: 'fault' };
    return { exceptionId: name, description, breakMode: 'always', details };
  }
}
