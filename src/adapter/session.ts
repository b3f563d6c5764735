/**
 * The debug session: requests in, responses and events out. Transport-neutral: hosts start it over stdio, a socket, or
 * inline in an extension.
 *
 * A request that needs a stopped machine is refused while it moves; a motion answers its request at once and ends in a
 * `stopped` or `terminated` event. At most one motion runs at a time.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { REQUESTS, EVENTS } from '../protocol/names';
import type {
  NumberFormatArguments,
  SeekArguments,
  TranslateArguments,
  TreeArguments,
  WalkArguments,
} from '../protocol/requests';
import { type FileHost, LoadError, loadRun } from '../scenario/run/load';
import type { Output } from '../scenario/run/run';
import { NO_STOPS, type StopCause } from '../timeline/stops';
import type { Arrival } from '../timeline/timeline';
import { capabilities } from './capabilities';
import { completions } from './completions';
import { Connection, type Handler } from './connection';
import { evaluateText } from './console';
import { Debuggee } from './debuggee';
import { badReference, cannotLaunch, notLaunched, notStopped } from './errors';
import { type LaunchSettings, launchSettings } from './launch';
import { ProgressReport } from './progress';
import { hoverText } from './translate';
import { treeRows } from './trees';

export interface AdapterHost {
  files: FileHost;
  /** A monotonic clock in milliseconds. */
  now(): number;
  yieldToHost(): Promise<void>;
}

const CPU_THREAD = 1;

/** What the client has asked for, kept so that a restart can ask again. */
interface Wanted {
  lines: { source: DebugProtocol.Source; breakpoints: DebugProtocol.SourceBreakpoint[] } | undefined;
  functions: DebugProtocol.FunctionBreakpoint[];
  filters: { filterId: string; condition?: string }[];
}

export class PtscopeSession extends Connection {
  #settings: LaunchSettings | undefined;
  #debuggee: Debuggee | undefined;
  #wanted: Wanted = { lines: undefined, functions: [], filters: [] };
  #moving = false;
  #ended = false;
  #lastStop: StopCause | undefined;
  #couldStepBack = true;
  #client: DebugProtocol.InitializeRequestArguments = { adapterID: 'ptscope' };
  #loading: AbortController | undefined;
  readonly #progress: ProgressReport;

  constructor(private readonly host: AdapterHost) {
    super();
    this.#progress = new ProgressReport(host.now, (event, body) => this.announce(event, body));
  }

  protected override readonly handlers: Readonly<Record<string, Handler | undefined>> = {
    initialize: (args: DebugProtocol.InitializeRequestArguments) => this.#initialize(args),
    launch: (args: DebugProtocol.LaunchRequestArguments) => this.#launch(args),
    attach: () => {
      throw cannotLaunch('There is nothing to attach to: ptscope runs its own machine. Use "request": "launch".');
    },
    configurationDone: () => this.#begin(),
    restart: (args: { arguments?: DebugProtocol.LaunchRequestArguments }) => this.#restart(args.arguments),
    disconnect: () => this.#shutDown(),
    terminate: () => this.#finish(0),
    setBreakpoints: (args: DebugProtocol.SetBreakpointsArguments) => this.#setBreakpoints(args),
    setFunctionBreakpoints: (args: DebugProtocol.SetFunctionBreakpointsArguments) => this.#setFunctionBreakpoints(args),
    setExceptionBreakpoints: (args: DebugProtocol.SetExceptionBreakpointsArguments) => this.#setFilters(args),
    breakpointLocations: (args: DebugProtocol.BreakpointLocationsArguments) => this.#breakpointLocations(args),
    exceptionInfo: () => this.#exceptionInfo(),
    threads: () => ({ threads: [{ id: CPU_THREAD, name: this.#threadName() }] }),
    continue: () => this.#move((d) => d.timeline.continue(d.breakpoints), { allThreadsContinued: true }),
    next: () => this.#move((d) => d.timeline.stepOver(d.breakpoints)),
    stepIn: () => this.#move((d) => d.timeline.stepIn(d.breakpoints)),
    stepOut: () => this.#move((d) => d.timeline.stepOut(d.breakpoints)),
    stepBack: () => this.#move((d) => d.timeline.stepBack()),
    reverseContinue: () => this.#move((d) => d.timeline.reverseContinue(d.breakpoints)),
    stepInTargets: () => ({ targets: [] }),
    pause: () => this.#pause(),
    cancel: () => this.#pause(),
    gotoTargets: (args: DebugProtocol.GotoTargetsArguments) => this.#gotoTargets(args),
    goto: (args: DebugProtocol.GotoArguments) => this.#goto(args),
    stackTrace: (args: DebugProtocol.StackTraceArguments) => this.#stackTrace(args),
    scopes: () => ({ scopes: this.#stopped().scopes() }),
    variables: (args: DebugProtocol.VariablesArguments) => ({
      variables: this.#stopped().variables.list(args.variablesReference, args.start, args.count),
    }),
    setVariable: (args: DebugProtocol.SetVariableArguments) => this.#setVariable(args),
    setExpression: (args: DebugProtocol.SetExpressionArguments) => this.#setExpression(args),
    evaluate: (args: DebugProtocol.EvaluateArguments) => this.#evaluate(args),
    completions: (args: DebugProtocol.CompletionsArguments) => completions(this.#launched().run, args),
    source: (args: DebugProtocol.SourceArguments) => this.#source(args),
    loadedSources: () => ({ sources: [this.#programSource(), ...this.#launched().listings.all()] }),
    modules: () => ({ modules: [], totalModules: 0 }),
    readMemory: (args: DebugProtocol.ReadMemoryArguments) => this.#stopped().readMemory(args),
    writeMemory: (args: DebugProtocol.WriteMemoryArguments) => this.#writeMemory(args),
    [REQUESTS.walk]: (args: WalkArguments) => ({ picture: this.#stopped().picture(args.address) }),
    [REQUESTS.tree]: (args: TreeArguments) =>
      treeRows(this.#stopped().run.machine, this.#stopped().scopeContext().focus, args),
    [REQUESTS.moment]: () => this.#stopped().moment(true),
    [REQUESTS.seek]: (args: SeekArguments) => this.#seek(args),
    [REQUESTS.reverseStepIn]: () => this.#move((d) => d.timeline.reverseStepIn()),
    [REQUESTS.reverseStepOut]: () => this.#move((d) => d.timeline.reverseStepOut()),
    [REQUESTS.translate]: (args: TranslateArguments) => this.#translate(args),
    [REQUESTS.numberFormat]: (args: NumberFormatArguments) => this.#numberFormat(args),
  };

  protected override afterResponse(command: string, success: boolean): void {
    if (command === 'launch' && success) this.announce('initialized');
    if (command === 'disconnect') this.shutdown();
  }

  // ---- life -------------------------------------------------------------------------------------------------------

  #initialize(args: DebugProtocol.InitializeRequestArguments): DebugProtocol.Capabilities {
    this.#client = args;
    this.#progress.enabled = args.supportsProgressReporting === true;
    return capabilities();
  }

  async #launch(args: DebugProtocol.LaunchRequestArguments): Promise<void> {
    this.#settings = launchSettings(args);
    await this.#load(this.#settings);
  }

  async #load(settings: LaunchSettings): Promise<void> {
    this.#loading = new AbortController();
    this.#progress.begin(`Reading ${baseName(settings.program)}`, false);
    try {
      const loaded = await loadRun(settings.program, this.host.files, {
        ...settings.load,
        signal: this.#loading.signal,
        onProgress: ({ bytesRead, totalBytes }) =>
          this.#progress.update(
            `${Math.round(bytesRead / 1024)} KiB`,
            totalBytes === undefined ? undefined : bytesRead / totalBytes,
          ),
      });
      this.#debuggee = new Debuggee(
        settings.program,
        loaded,
        {
          now: this.host.now,
          yieldToHost: this.host.yieldToHost,
          onOutput: (output) => this.#print(output),
          onProgress: ({ tick, ticksPerSecond }) =>
            this.#progress.update(`tick ${tick}, ${Math.round(ticksPerSecond / 1000)} k/s`),
        },
        {
          onLog: (text, line) => this.#say('console', `${text}\n`, line),
          onProblem: (text) => this.#say('important', `${text}\n`),
        },
      );
    } catch (error) {
      if (error instanceof LoadError) throw cannotLaunch(error.message);
      throw error;
    } finally {
      this.#progress.end();
      this.#loading = undefined;
    }
  }

  /** Breakpoints are in: run, or stand at the entry. */
  #begin(): void {
    const settings = this.#settings;
    if (settings === undefined || this.#debuggee === undefined) throw notLaunched();
    // After the response: the client must know that it is configured before it hears of a stop.
    setTimeout(() => {
      if (settings.stopOnEntry && !settings.noDebug) this.#announceStop('entry', 'the start of the run');
      else if (!this.#moving) this.#start((d) => d.timeline.continue(settings.noDebug ? NO_STOPS : d.breakpoints));
    }, 0);
  }

  async #restart(args: DebugProtocol.LaunchRequestArguments | undefined): Promise<void> {
    if (args !== undefined && 'program' in args) this.#settings = launchSettings(args);
    if (this.#settings === undefined) throw notLaunched();
    await this.#stopMoving();
    await this.#load(this.#settings);
    this.#ended = false;
    const { lines, functions, filters } = this.#wanted;
    if (lines !== undefined) this.#setBreakpoints(lines);
    this.#debuggee?.breakpoints.setFunctions(functions);
    this.#debuggee?.breakpoints.setFilters(filters);
    this.#begin();
  }

  async #shutDown(): Promise<void> {
    this.#loading?.abort();
    this.#ended = true;
    await this.#stopMoving();
  }

  async #stopMoving(): Promise<void> {
    while (this.#moving) {
      this.#debuggee?.timeline.pause();
      await this.host.yieldToHost();
    }
  }

  #finish(exitCode: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#debuggee?.timeline.pause();
    this.announce('exited', { exitCode });
    this.announce('terminated');
  }

  #launched(): Debuggee {
    if (this.#debuggee === undefined) throw notLaunched();
    return this.#debuggee;
  }

  #stopped(): Debuggee {
    const debuggee = this.#launched();
    if (this.#moving) throw notStopped();
    return debuggee;
  }

  // ---- motion -----------------------------------------------------------------------------------------------------

  #move<Body>(motion: (debuggee: Debuggee) => Promise<Arrival>, body?: Body): Body | undefined {
    this.#stopped();
    // The motion begins after its response has gone out.
    setTimeout(() => this.#start(motion), 0);
    this.#moving = true;
    return body;
  }

  #start(motion: (debuggee: Debuggee) => Promise<Arrival>): void {
    this.#moving = true;
    void this.#run(motion);
  }

  async #run(motion: (debuggee: Debuggee) => Promise<Arrival>): Promise<void> {
    const debuggee = this.#launched();
    this.#progress.begin('Running', true);
    try {
      const arrival = await motion(debuggee);
      this.#moving = false;
      this.#progress.end();
      this.#arrive(debuggee, arrival);
    } catch (error) {
      this.#moving = false;
      this.#progress.end();
      this.#say(
        'important',
        `ptscope made a mistake and cannot go on: ${error instanceof Error ? error.message : String(error)}\n`,
      );
      this.#finish(1);
    }
  }

  #arrive(debuggee: Debuggee, arrival: Arrival): void {
    if (this.#ended) return;
    switch (arrival.kind) {
      case 'end':
        return this.#finish(exitCode(debuggee));
      case 'stop':
        this.#lastStop = arrival.cause;
        return this.#announceStop(arrival.cause.reason, arrival.cause.text, arrival.cause.breakpoints);
      case 'pause':
        return this.#announceStop('pause', 'paused');
      case 'start':
        return this.#announceStop('entry', 'the start of the run: nothing is before it');
      case 'step':
        return this.#announceStop('step', undefined);
    }
  }

  #announceStop(reason: string, text: string | undefined, hitBreakpointIds?: number[]): void {
    const debuggee = this.#launched();
    debuggee.moved();
    if (reason !== 'exception') this.#lastStop = undefined;
    const canStepBack = !debuggee.timeline.atStart;
    if (canStepBack !== this.#couldStepBack)
      this.announce('capabilities', { capabilities: { supportsStepBack: canStepBack } });
    this.#couldStepBack = canStepBack;
    const description = text === undefined ? undefined : `Paused on ${text}`;
    this.announce('stopped', {
      reason,
      description,
      text,
      threadId: CPU_THREAD,
      allThreadsStopped: true,
      hitBreakpointIds,
    });
    if (this.#settings?.noDebug !== true) this.announce(EVENTS.moment, debuggee.moment(false));
  }

  #pause(): void {
    this.#loading?.abort();
    if (this.#moving) this.#debuggee?.timeline.pause();
  }

  #seek({ tick, event }: SeekArguments): void {
    if (!Number.isSafeInteger(tick) || tick < 0 || !Number.isSafeInteger(event) || event < 0)
      throw badReference('A moment has a tick and an event, both whole numbers.');
    this.#move((d) => d.timeline.seek({ tick, event }));
  }

  // ---- breakpoints ------------------------------------------------------------------------------------------------

  #isProgram(source: DebugProtocol.Source): boolean {
    return source.sourceReference ? false : samePath(source.path ?? '', this.#settings?.program ?? '');
  }

  #setBreakpoints(args: DebugProtocol.SetBreakpointsArguments): DebugProtocol.SetBreakpointsResponse['body'] {
    const wanted = args.breakpoints ?? (args.lines ?? []).map((line) => ({ line }));
    const unverified = (message: string): DebugProtocol.SetBreakpointsResponse['body'] => ({
      breakpoints: wanted.map((w) => ({ verified: false, line: w.line, message })),
    });
    const debuggee = this.#launched();
    if (!this.#isProgram(args.source)) return unverified('This file is not part of the program that runs.');
    if (debuggee.loaded.kind === 'trace')
      return unverified('A trace has no statements; use exception filters with a condition.');
    this.#wanted.lines = { source: args.source, breakpoints: wanted };
    const lines = wanted.map((w) => ({ ...w, line: this.#ourLine(w.line) }));
    return { breakpoints: debuggee.breakpoints.setLines(lines, (line) => this.#clientLine(line)) };
  }

  #setFunctionBreakpoints({
    breakpoints,
  }: DebugProtocol.SetFunctionBreakpointsArguments): DebugProtocol.SetFunctionBreakpointsResponse['body'] {
    this.#wanted.functions = breakpoints;
    return { breakpoints: this.#launched().breakpoints.setFunctions(breakpoints) };
  }

  #setFilters(
    args: DebugProtocol.SetExceptionBreakpointsArguments,
  ): DebugProtocol.SetExceptionBreakpointsResponse['body'] {
    this.#wanted.filters = [...args.filters.map((filterId) => ({ filterId })), ...(args.filterOptions ?? [])];
    return { breakpoints: this.#launched().breakpoints.setFilters(this.#wanted.filters) };
  }

  #breakpointLocations(
    args: DebugProtocol.BreakpointLocationsArguments,
  ): DebugProtocol.BreakpointLocationsResponse['body'] {
    if (!this.#isProgram(args.source) || this.#launched().loaded.kind === 'trace') return { breakpoints: [] };
    const first = this.#ourLine(args.line);
    const last = args.endLine === undefined ? first : this.#ourLine(args.endLine);
    return {
      breakpoints: this.#launched()
        .breakpoints.locations(first, last)
        .map((line) => ({ line: this.#clientLine(line) })),
    };
  }

  #exceptionInfo(): DebugProtocol.ExceptionInfoResponse['body'] {
    const debuggee = this.#stopped();
    const cause = this.#lastStop;
    if (cause === undefined) throw badReference('The machine did not stop on a fault.');
    const picture = debuggee.picture(undefined);
    const fault = picture?.fault;
    const message =
      fault &&
      `${fault.vector}, error code ${fault.errorCode} (${fault.errorBits.join(' ') || 'no bits'}): ${fault.explanation}`;
    const [name, ...rest] = cause.text.split(': ');
    const description = [rest.join(': ') || name, message].filter(Boolean).join('\n');
    return {
      exceptionId: name,
      description,
      breakMode: 'always',
      details: fault && { message, typeName: fault.vector, evaluateName: 'fault' },
    };
  }

  // ---- goto -------------------------------------------------------------------------------------------------------

  #gotoTargets(args: DebugProtocol.GotoTargetsArguments): DebugProtocol.GotoTargetsResponse['body'] {
    const debuggee = this.#stopped();
    const line = this.#ourLine(args.line);
    if (
      args.source.sourceReference === debuggee.listingSource().sourceReference ||
      args.source.path?.endsWith('.ptlisting')
    )
      return { targets: [{ id: -(line + 1), label: `event ${line} of this tick`, line: args.line }] };
    if (!this.#isProgram(args.source)) return { targets: [] };
    const [found] = debuggee.breakpoints.locations(line, line + 1_000_000);
    const statement = debuggee.run.program.statements.find((s) => s.range.start.line === found);
    if (statement === undefined) return { targets: [] };
    return { targets: [{ id: statement.id + 1, label: statement.text, line: this.#clientLine(found) }] };
  }

  /** In time, not in code: to the nearest moment at which the statement begins, forward for later statements. */
  #goto({ targetId }: DebugProtocol.GotoArguments): void {
    const debuggee = this.#stopped();
    const { timeline } = debuggee;
    if (targetId < 0) {
      this.#move(() => timeline.seek({ tick: timeline.moment.tick, event: -targetId - 1 }));
      return;
    }
    const statements = new Uint8Array(debuggee.run.program.statements.length);
    if (targetId - 1 >= statements.length) throw badReference('There is no such target.');
    statements[targetId - 1] = 1;
    const cause: StopCause = { reason: 'goto', text: 'the statement that was asked for', breakpoints: [] };
    const rules = {
      armed: 0,
      functions: [],
      statements,
      candidates: () => (statements[debuggee.run.statementId] ? [{ event: 0, cause }] : []),
    };
    const here = timeline.standing.statement?.id ?? Infinity;
    this.#move(() => (targetId - 1 > here ? timeline.continue(rules) : timeline.reverseContinue(rules)));
  }

  // ---- looking ----------------------------------------------------------------------------------------------------

  #stackTrace({
    startFrame = 0,
    levels = 0,
  }: DebugProtocol.StackTraceArguments): DebugProtocol.StackTraceResponse['body'] {
    const debuggee = this.#stopped();
    const listing = debuggee.listingSource();
    const frames = debuggee.frames().map((frame, i): DebugProtocol.StackFrame => {
      const base = { id: i + 1, name: frame.name, column: 1 };
      if (frame.event !== undefined) return { ...base, line: this.#clientLine(frame.event), source: listing };
      return {
        ...base,
        ...this.#programPlace(debuggee, frame.line ?? 0),
        presentationHint: frame.kind === 'construct' ? 'subtle' : 'normal',
      };
    });
    const end = levels === 0 ? frames.length : startFrame + levels;
    return { stackFrames: frames.slice(startFrame, end), totalFrames: frames.length };
  }

  /** The scenario's line; for a trace run by itself its record, or the listing where the file is no text. */
  #programPlace(debuggee: Debuggee, line: number): Pick<DebugProtocol.StackFrame, 'source' | 'line'> {
    if (debuggee.loaded.kind === 'scenario') return { source: this.#programSource(), line: this.#clientLine(line) };
    const { traceLine } = debuggee.timeline.standing;
    if (traceLine !== undefined && debuggee.loaded.traces[0].compression === 'none')
      return { source: this.#programSource(), line: this.#clientLine(traceLine - 1) };
    return { source: debuggee.listingSource(), line: this.#clientLine(0) };
  }

  #programSource(): DebugProtocol.Source {
    const path = this.#settings?.program ?? '';
    return { name: baseName(path), path };
  }

  #source({ source, sourceReference }: DebugProtocol.SourceArguments): DebugProtocol.SourceResponse['body'] {
    const content = this.#launched().listings.text(source?.sourceReference ?? sourceReference);
    if (content === undefined) throw badReference('This listing is no longer kept; stop at the tick again to see it.');
    return { content, mimeType: 'text/x-ptscope-listing' };
  }

  #evaluate(args: DebugProtocol.EvaluateArguments): DebugProtocol.EvaluateResponse['body'] {
    const debuggee = this.#stopped();
    const before = debuggee.timeline.events;
    const body = debuggee.evaluate(args);
    if (debuggee.timeline.events !== before) this.#changed(debuggee);
    return body;
  }

  #setVariable(args: DebugProtocol.SetVariableArguments): DebugProtocol.SetVariableResponse['body'] {
    const debuggee = this.#stopped();
    const node = debuggee.variables.assign(args.variablesReference, args.name, args.value);
    this.#changed(debuggee);
    return { value: node.value, type: node.type, variablesReference: debuggee.variables.handle(node.children) };
  }

  #setExpression(args: DebugProtocol.SetExpressionArguments): DebugProtocol.SetExpressionResponse['body'] {
    const debuggee = this.#stopped();
    debuggee.assign(args.expression, args.value);
    this.#changed(debuggee);
    return { value: debuggee.valueOf(args.expression) };
  }

  #writeMemory(args: DebugProtocol.WriteMemoryArguments): DebugProtocol.WriteMemoryResponse['body'] {
    const debuggee = this.#stopped();
    const bytesWritten = debuggee.writeMemory(args);
    this.announce('memory', { memoryReference: args.memoryReference, offset: args.offset ?? 0, count: bytesWritten });
    this.#changed(debuggee);
    return { bytesWritten };
  }

  /** A person changed the state: everything that is shown may differ now. */
  #changed(debuggee: Debuggee): void {
    this.announce('invalidated', { areas: ['all'] });
    this.announce(EVENTS.moment, debuggee.moment(false));
  }

  #translate({ expression }: TranslateArguments): { text: string } {
    const debuggee = this.#stopped();
    return { text: hoverText(debuggee.run, evaluateText(debuggee.run, expression), debuggee.format) };
  }

  #numberFormat({ hex }: NumberFormatArguments): { hex: boolean } {
    const debuggee = this.#launched();
    const wanted = hex === 'toggle' ? debuggee.format !== 'hex' : hex;
    debuggee.setFormat(wanted ? 'hex' : 'decimal');
    this.announce('invalidated', { areas: ['variables'] });
    return { hex: wanted };
  }

  // ---- words ------------------------------------------------------------------------------------------------------

  #threadName(): string {
    const process = this.#moving ? undefined : this.#debuggee?.run.machine.kernel.current;
    return process === undefined ? 'CPU 0' : `CPU 0 (${process.name})`;
  }

  #print(output: Output): void {
    if (output.kind === 'print') return this.#say('stdout', `${output.text}\n`, output.line);
    if (output.kind === 'failed') {
      const { line, text, message, actual } = output.failure;
      return this.#say('stderr', `${text}: ${message === '' ? '' : `${message}; `}${actual}\n`, line - 1);
    }
    const { reason } = output;
    if (reason.kind !== 'finished') this.#say('stderr', `the run ends here: ${reason.text}\n`, reason.line);
  }

  #say(category: string, text: string, line?: number): void {
    const place =
      line === undefined || this.#debuggee?.loaded.kind !== 'scenario'
        ? {}
        : { source: this.#programSource(), line: this.#clientLine(line) };
    this.announce('output', { category, output: text, ...place });
  }

  /** Our lines count from 0; clients say what theirs do. */
  #ourLine(line: number): number {
    return this.#client.linesStartAt1 === false ? line : line - 1;
  }

  #clientLine(line: number): number {
    return this.#client.linesStartAt1 === false ? line : line + 1;
  }
}

/** As the command line's: 0 all held, 1 an expect failed, 3 a fatal fault. */
function exitCode({ run }: Debuggee): number {
  if (run.end?.kind === 'fatal') return 3;
  if (run.end?.kind === 'error') return 2;
  return run.failed.length > 0 ? 1 : 0;
}

const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

const samePath = (a: string, b: string): boolean => normal(a) === normal(b);
/** Drive letters come in both cases. */
const normal = (path: string): string => path.replace(/\\/g, '/').replace(/^[A-Za-z]:/, (drive) => drive.toLowerCase());
