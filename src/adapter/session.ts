/**
 * The debug session: requests in, responses and events out. Transport-neutral: hosts start it over stdio, a socket, or
 * inline in an extension.
 *
 * A request that needs a stopped machine is refused while it moves; a motion answers its request at once and ends in a
 * `stopped` or `terminated` event. At most one motion runs at a time.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { REQUESTS, EVENTS } from '../protocol/names';
import type { FileHost } from '../scenario/run/load';
import type { Place } from '../scenario/run/program';
import type { Output } from '../scenario/run/run';
import { NO_STOPS, type StopCause } from '../timeline/stops';
import type { Arrival } from '../timeline/timeline';
import { Snapshot } from '../snapshot/snapshot';
import { importText } from '../trace/importText';
import { BreakpointRequests } from './breakpointRequests';
import { compareHandlers } from './compare/handlers';
import { capabilities } from './capabilities';
import { Connection, type Handler } from './connection';
import type { MotionOptions, SessionContext } from './context';
import { Debuggee } from './debuggee';
import { cannotLaunch, notLaunched, notStopped, UserError } from './errors';
import { gotoHandlers } from './gotoRequests';
import { type LaunchSettings, launchSettings } from './launch';
import { Loading } from './loading';
import { lookHandlers } from './lookRequests';
import { baseName, Places } from './places';
import { ProgressReport } from './progress';
import { grouped, progressText } from './progressText';
import { SnapshotView } from './snapshot/view';
import { travelHandlers } from './travelRequests';

export interface AdapterHost {
  files: FileHost;
  /** A monotonic clock in milliseconds. */
  now(): number;
  yieldToHost(): Promise<void>;
}

const CPU_THREAD = 1;

export class PtscopeSession extends Connection {
  #settings: LaunchSettings | undefined;
  #debuggee: Debuggee | undefined;
  /** Instead of a debuggee: page tables to look at, in which nothing moves. */
  #snapshot: SnapshotView | undefined;
  #moving = false;
  /** A pause was asked for: also of a motion that has not begun yet, or of a machine that is still being loaded. */
  #pauseWanted = false;
  /** What still runs is of no interest any more: no word of where it stops. */
  #abandoned = false;
  #ended = false;
  #lastStop: StopCause | undefined;
  #couldStepBack = true;
  #loading: Loading | undefined;
  readonly #progress: ProgressReport;
  readonly #places = new Places();
  readonly #context: SessionContext = {
    places: this.#places,
    host: () => this.host,
    settings: () => this.#settings ?? launchSettings({}),
    launched: () => this.#launched(),
    stopped: () => this.#stopped(),
    move: (motion, body, options) => this.#move(motion, body, options),
    lastStop: () => this.#lastStop,
    announce: (event, body) => this.announce(event, body),
    changed: (debuggee) => {
      this.announce('invalidated', { areas: ['all'] });
      this.announce(EVENTS.moment, debuggee.moment(false));
    },
  };
  readonly #breakpoints = new BreakpointRequests(this.#context);

  constructor(private readonly host: AdapterHost) {
    super();
    this.#progress = new ProgressReport(host.now, (event, body) => this.announce(event, body));
  }

  protected override readonly handlers: Readonly<Record<string, Handler | undefined>> = {
    initialize: (args: DebugProtocol.InitializeRequestArguments) => this.#initialize(args),
    launch: (args: DebugProtocol.LaunchRequestArguments, request) => this.#launch(args, request),
    attach: () => {
      throw cannotLaunch('There is nothing to attach to: ptscope runs its own machine. Use "request": "launch".');
    },
    configurationDone: () => this.#begin(),
    restart: (args: { arguments?: DebugProtocol.LaunchRequestArguments }, request) =>
      this.#restart(args.arguments, request),
    disconnect: () => this.#shutDown(),
    terminate: () => {
      this.#loading?.cancel();
      this.#finish(0);
    },
    threads: () => ({ threads: [{ id: CPU_THREAD, name: this.#threadName() }] }),
    continue: () => this.#move((d) => d.timeline.continue(d.breakpoints), { allThreadsContinued: true }),
    // An instruction of ours is an event: the finest step, whatever the button.
    next: ({ granularity }: DebugProtocol.NextArguments) =>
      this.#move(({ timeline, breakpoints }) =>
        granularity === 'instruction' ? timeline.stepIn(breakpoints) : timeline.stepOver(breakpoints),
      ),
    stepIn: () => this.#move((d) => d.timeline.stepIn(d.breakpoints)),
    stepOut: () => this.#move((d) => d.timeline.stepOut(d.breakpoints)),
    stepBack: ({ granularity }: DebugProtocol.StepBackArguments) =>
      this.#move(({ timeline }) => (granularity === 'instruction' ? timeline.reverseStepIn() : timeline.stepBack())),
    reverseContinue: () =>
      this.#move((d) => d.timeline.reverseContinue(d.breakpoints), undefined, { title: 'Running backwards' }),
    stepInTargets: () => ({ targets: [] }),
    pause: () => this.#pause(),
    cancel: (args: DebugProtocol.CancelArguments) => this.#cancel(args),
    [REQUESTS.reverseStepIn]: () => this.#move((d) => d.timeline.reverseStepIn(), undefined, { unannounced: true }),
    [REQUESTS.reverseStepOut]: () => this.#move((d) => d.timeline.reverseStepOut(), undefined, { unannounced: true }),
    ...this.#breakpoints.handlers,
    ...gotoHandlers(this.#context),
    ...travelHandlers(this.#context),
    ...lookHandlers(this.#context),
    ...compareHandlers(this.#context),
  };

  protected override handlerOf(command: string): Handler | undefined {
    return this.#snapshot?.handlers[command] ?? this.handlers[command];
  }

  protected override afterResponse(command: string, success: boolean): void {
    if (command === 'launch' && success) this.announce('initialized');
    if (command === 'disconnect') this.shutdown();
  }

  /** Also when the client is gone without a word: what still runs ends at its next turn. */
  override shutdown(): void {
    this.#ended = true;
    this.#loading?.cancel();
    this.#interrupt();
    this.#letGo();
    super.shutdown();
  }

  // ---- life -------------------------------------------------------------------------------------------------------

  #initialize(args: DebugProtocol.InitializeRequestArguments): DebugProtocol.Capabilities {
    this.#places.linesStartAt1 = args.linesStartAt1 !== false;
    this.#progress.enabled = args.supportsProgressReporting === true;
    return capabilities();
  }

  async #launch(args: DebugProtocol.LaunchRequestArguments, request: number): Promise<void> {
    this.#settings = launchSettings(args);
    await this.#load(this.#settings, request);
  }

  async #load(settings: LaunchSettings, request: number): Promise<void> {
    this.#pauseWanted = false;
    this.#loading = new Loading(request);
    this.#progress.begin(`Reading ${baseName(settings.program)}`, true);
    const began = this.host.now();
    try {
      const loaded = await this.#loading.load(settings.program, this.host.files, {
        ...settings.load,
        onProgress: (progress) =>
          this.#progress.update(
            importText(progress, (this.host.now() - began) / 1000),
            progress.totalBytes && progress.bytesRead / progress.totalBytes,
          ),
      });
      this.#letGo();
      if (loaded instanceof Snapshot) {
        this.#snapshot = new SnapshotView(loaded, this.#context);
        return;
      }
      this.#places.files = loaded.run.program.files.map(({ path }) => path);
      this.#debuggee = new Debuggee(
        settings.program,
        loaded,
        {
          now: this.host.now,
          yieldToHost: this.host.yieldToHost,
          checkpointBytes: settings.checkpointBytes,
          onOutput: (output) => this.#print(output),
          onUndo: (text) => this.#undone(text),
          onProgress: (progress) => this.#progress.update(progressText(progress), progress.done),
        },
        {
          onLog: (text, at) => this.#say('console', `${text}\n`, at),
          onProblem: (text) => this.#say('important', `${text}\n`),
        },
        this.#breakpoints.ids,
      );
    } finally {
      this.#progress.end();
      this.#loading = undefined;
    }
  }

  #letGo(): void {
    this.#debuggee?.dispose();
    this.#debuggee = undefined;
    this.#snapshot = undefined;
  }

  /** Breakpoints are in: run, or stand at the entry. */
  #begin(): void {
    const settings = this.#settings;
    if (this.#snapshot !== undefined) return this.#show(this.#snapshot, settings?.noDebug === true);
    if (settings === undefined || this.#debuggee === undefined) throw notLaunched();
    // After the response: the client must know that it is configured before it hears of a stop.
    setTimeout(() => {
      if (this.#ended || this.#loading !== undefined) return;
      if (this.#pauseWanted) this.#announcePause(this.#launched());
      else if (settings.stopOnEntry && !settings.noDebug) this.#announceStop('entry', 'the start of the run');
      else if (!this.#moving) this.#start((d) => d.timeline.begin(settings.noDebug ? NO_STOPS : d.breakpoints));
    }, 0);
  }

  /** A snapshot stands where it was taken; without a debugger there is its description to print, and no more. */
  #show(snapshot: SnapshotView, noDebug: boolean): void {
    setTimeout(() => {
      if (this.#ended || this.#snapshot !== snapshot) return;
      if (!noDebug) return snapshot.announce();
      this.#say('stdout', snapshot.text);
      this.#finish(0);
    }, 0);
  }

  async #restart(args: DebugProtocol.LaunchRequestArguments | undefined, request: number): Promise<void> {
    // What is still being loaded starts at the beginning anyway.
    if (this.#loading !== undefined) return this.#loading.done;
    if (args !== undefined && ('program' in args || 'snapshot' in args)) this.#settings = launchSettings(args);
    if (this.#settings === undefined) throw notLaunched();
    await this.#stopMoving();
    this.#ended = false;
    try {
      await this.#load(this.#settings, request);
    } catch (error) {
      // VS Code does not end a session whose restart was refused; it has to be told that nothing runs any more.
      if (!(error instanceof UserError)) throw error;
      this.#say(error.notify ? 'important' : 'console', `${error.message}\n`);
      return this.#finish(2);
    }
    if (this.#debuggee !== undefined) this.#breakpoints.again(this.#debuggee);
    this.#begin();
  }

  async #shutDown(): Promise<void> {
    this.#loading?.cancel();
    this.#ended = true;
    await Promise.all([this.#loading?.done, this.#stopMoving()]);
  }

  async #stopMoving(): Promise<void> {
    this.#abandoned = true;
    while (this.#moving) {
      this.#interrupt();
      await this.host.yieldToHost();
    }
    this.#abandoned = false;
  }

  #finish(exitCode: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#interrupt();
    this.announce('exited', { exitCode });
    this.announce('terminated');
  }

  #launched(): Debuggee {
    if (this.#debuggee === undefined) throw notLaunched();
    return this.#debuggee;
  }

  #stopped(): Debuggee {
    const debuggee = this.#launched();
    if (this.#moving || this.#loading !== undefined) throw notStopped();
    return debuggee;
  }

  // ---- motion -----------------------------------------------------------------------------------------------------

  #move<Body>(
    motion: (debuggee: Debuggee) => Promise<Arrival>,
    body?: Body,
    options: MotionOptions = {},
  ): Body | undefined {
    this.#stopped();
    // The motion begins after its response has gone out.
    setTimeout(() => this.#start(motion, options), 0);
    this.#moving = true;
    this.#pauseWanted = false;
    return body;
  }

  #start(motion: (debuggee: Debuggee) => Promise<Arrival>, options: MotionOptions = {}): void {
    this.#moving = true;
    void this.#run(motion, options);
  }

  async #run(motion: (debuggee: Debuggee) => Promise<Arrival>, options: MotionOptions): Promise<void> {
    const debuggee = this.#launched();
    // As VS Code simulates it for its own requests: with all threads, its Call Stack forgets to say why the machine stops.
    if (options.unannounced) this.announce('continued', { threadId: CPU_THREAD, allThreadsContinued: false });
    this.#progress.begin(options.title ?? 'Running', true);
    try {
      const arriving = motion(debuggee);
      if (this.#pauseWanted) debuggee.timeline.pause();
      const arrival = await arriving;
      this.#moving = false;
      this.#progress.end();
      this.#arrive(debuggee, arrival, options);
    } catch (error) {
      this.#moving = false;
      this.#progress.end();
      if (this.#ended) return;
      this.#say(
        'important',
        `ptscope made a mistake and cannot go on: ${error instanceof Error ? error.message : String(error)}\n`,
      );
      this.#finish(1);
    }
  }

  #arrive(debuggee: Debuggee, arrival: Arrival, options: MotionOptions): void {
    if (this.#ended || this.#abandoned) return;
    switch (arrival.kind) {
      case 'end':
        return this.#finish(exitCode(debuggee));
      case 'stop':
        this.#lastStop = arrival.cause;
        return this.#announceStop(arrival.cause.reason, arrival.cause.text, arrival.cause.breakpoints);
      case 'pause':
        return this.#announcePause(debuggee);
      case 'nowhere': {
        const why = options.nowhere ?? 'The run does not come to this statement';
        this.#say('important', `${why}.\n`);
        return this.#announceStop('goto', `the same moment: ${why[0].toLowerCase()}${why.slice(1)}`);
      }
      case 'start':
        return this.#announceStop('entry', 'the start of the run: nothing is before it');
      case 'step':
        debuggee.breakpoints.count(debuggee.timeline.events, debuggee.timeline.moment);
        return this.#announceStop('step', undefined);
    }
  }

  #announcePause({ timeline }: Debuggee): void {
    this.#announceStop('pause', undefined, [], `Paused at tick ${grouped(timeline.moment.tick)}`);
  }

  #announceStop(
    reason: string,
    text: string | undefined,
    hitBreakpointIds?: number[],
    description = text === undefined ? undefined : `Paused on ${text}`,
  ): void {
    const debuggee = this.#launched();
    debuggee.moved();
    if (reason !== 'exception') this.#lastStop = undefined;
    const canStepBack = !debuggee.timeline.atStart;
    if (canStepBack !== this.#couldStepBack)
      this.announce('capabilities', { capabilities: { supportsStepBack: canStepBack } });
    this.#couldStepBack = canStepBack;
    this.announce('stopped', {
      reason,
      description,
      text,
      threadId: CPU_THREAD,
      allThreadsStopped: true,
      hitBreakpointIds,
    });
    this.#breakpoints.revisit(debuggee);
    if (this.#settings?.noDebug !== true) this.announce(EVENTS.moment, debuggee.moment(false));
  }

  #pause(): void {
    if (this.#moving || this.#loading !== undefined) this.#interrupt();
  }

  #interrupt(): void {
    this.#pauseWanted = true;
    this.#debuggee?.timeline.pause();
  }

  /** All requests but those that load are answered at once: there is nothing to cancel by them. */
  #cancel({ progressId, requestId }: DebugProtocol.CancelArguments): void {
    if (progressId !== undefined && this.#progress.isCurrent(progressId)) {
      this.#loading?.cancel();
      this.#pause();
    }
    if (requestId !== undefined && requestId === this.#loading?.request) this.#loading.cancel();
  }

  // ---- words ------------------------------------------------------------------------------------------------------

  #threadName(): string {
    const process = this.#moving ? undefined : this.#debuggee?.run.machine.kernel.current;
    return process === undefined ? 'CPU 0' : `CPU 0 (${process.name})`;
  }

  /** An edit is undone, because the cursor went back before it: what was counted behind the cursor's place is no more. */
  #undone(text: string): void {
    if (this.#debuggee !== undefined) this.#debuggee.breakpoints.forgetAfter(this.#debuggee.timeline.moment);
    this.#say('console', `${text}\n`);
  }

  #print(output: Output): void {
    if (output.kind === 'print') return this.#say('stdout', `${output.text}\n`, output);
    if (output.kind === 'failed') {
      const { line, file, text, message, actual } = output.failure;
      return this.#say('stderr', `${text}: ${message === '' ? '' : `${message}; `}${actual}\n`, {
        line: line - 1,
        file,
      });
    }
    const { reason } = output;
    if (reason.kind !== 'finished') this.#say('stderr', `the run ends here: ${reason.text}\n`, reason);
  }

  #say(category: string, text: string, at?: Place): void {
    const place =
      at === undefined || this.#debuggee?.loaded.kind !== 'scenario'
        ? {}
        : { source: this.#places.source(at.file), line: this.#places.clientLine(at.line) };
    this.announce('output', { category, output: text, ...place });
  }
}

/** As the command line's: 0 all held, 1 an expect failed, 3 a fatal fault. */
function exitCode({ run }: Debuggee): number {
  if (run.end?.kind === 'fatal') return 3;
  if (run.end?.kind === 'error') return 2;
  return run.failed.length > 0 ? 1 : 0;
}
