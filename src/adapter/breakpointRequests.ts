/** Requests that set breakpoints, and what is kept of them so that a restart can set them again. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Handler } from './connection';
import type { SessionContext } from './context';
import type { Debuggee } from './debuggee';
import { badReference } from './errors';

export class BreakpointRequests {
  #lines: readonly DebugProtocol.SourceBreakpoint[] = [];
  #functions: readonly DebugProtocol.FunctionBreakpoint[] = [];
  #filters: readonly { filterId: string; condition?: string }[] = [];

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
    breakpointLocations: (args: DebugProtocol.BreakpointLocationsArguments) => this.#locations(args),
    exceptionInfo: () => this.#exceptionInfo(),
  };

  /** Sets on a new debuggee what was set on the one before. */
  again(debuggee: Debuggee): void {
    this.#apply(debuggee, this.#lines);
    debuggee.breakpoints.setFunctions(this.#functions);
    debuggee.breakpoints.setFilters(this.#filters);
  }

  #setLines(args: DebugProtocol.SetBreakpointsArguments): DebugProtocol.SetBreakpointsResponse['body'] {
    const wanted = args.breakpoints ?? (args.lines ?? []).map((line) => ({ line }));
    const unverified = (message: string): DebugProtocol.SetBreakpointsResponse['body'] => ({
      breakpoints: wanted.map((w) => ({ verified: false, line: w.line, message })),
    });
    const debuggee = this.session.launched();
    if (!this.session.places.isProgram(args.source))
      return unverified('This file is not part of the program that runs.');
    if (debuggee.loaded.kind === 'trace')
      return unverified('A trace has no statements; use exception filters with a condition.');
    this.#lines = wanted;
    return { breakpoints: this.#apply(debuggee, wanted) };
  }

  #apply(debuggee: Debuggee, wanted: readonly DebugProtocol.SourceBreakpoint[]): DebugProtocol.Breakpoint[] {
    const { places } = this.session;
    const lines = wanted.map((w) => ({ ...w, line: places.ourLine(w.line) }));
    return debuggee.breakpoints.setLines(lines, (line) => places.clientLine(line));
  }

  #locations(args: DebugProtocol.BreakpointLocationsArguments): DebugProtocol.BreakpointLocationsResponse['body'] {
    const { places } = this.session;
    const debuggee = this.session.launched();
    if (!places.isProgram(args.source) || debuggee.loaded.kind === 'trace') return { breakpoints: [] };
    const first = places.ourLine(args.line);
    const last = args.endLine === undefined ? first : places.ourLine(args.endLine);
    const lines = debuggee.breakpoints.locations(first, last);
    return { breakpoints: lines.map((line) => ({ line: places.clientLine(line) })) };
  }

  #exceptionInfo(): DebugProtocol.ExceptionInfoResponse['body'] {
    const debuggee = this.session.stopped();
    const cause = this.session.lastStop();
    if (cause === undefined) throw badReference('The machine did not stop on a fault.');
    const fault = debuggee.picture(undefined)?.fault;
    const bits = fault?.errorBits.join(' ') || 'no bits';
    const message = fault && `${fault.vector}, error code ${fault.errorCode} (${bits}): ${fault.explanation}`;
    const [name, ...rest] = cause.text.split(': ');
    const description = [rest.join(': ') || name, message].filter(Boolean).join('\n');
    const details = fault && { message, typeName: fault.vector, evaluateName: 'fault' };
    return { exceptionId: name, description, breakMode: 'always', details };
  }
}
