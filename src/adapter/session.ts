/**
 * The debug session: requests in, responses and events out. Transport-neutral: hosts start it over stdio, a socket, or
 * inline in an extension.
 *
 * A request that needs a stopped machine is refused while it moves; a motion answers its request at once and ends in a
 * `stopped` or `terminated` event. At most one motion runs at a time.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { EVENTS } from '../protocol/names';
import { NO_STOPS } from '../timeline/stops';
import { BreakpointRequests } from './breakpointRequests';
import { compareHandlers } from './compare/handlers';
import { capabilities } from './capabilities';
import { Connection, type Handler } from './connection';
import type { SessionContext } from './context';
import type { Debuggee } from './debuggee';
import type { AdapterHost } from './host';
import { cannotLaunch, notLaunched, notStopped, UserError } from './errors';
import { gotoHandlers, motionTo } from './gotoRequests';
import { historyHandlers } from './history/requests';
import { instructionHandlers } from './instructions';
import { type LaunchSettings, launchSettings } from './launch';
import { locationHandlers } from './locations';
import { lookHandlers } from './lookRequests';
import { MemoryViews } from './memoryViews';
import { moduleHandlers, ModuleNews } from './modules';
import { type MotionOwner, Motions } from './motions';
import { Places } from './places';
import { ProgressReport } from './progress';
import type { SnapshotView } from './snapshot/view';
import { statisticsHandlers } from './statistics/statistics';
import { stepHandlers } from './stepRequests';
import { SubjectOfSession } from './subjectOfSession';
import { threadsOf } from './threads';
import { travelHandlers } from './travelRequests';
import { Voice } from './voice';

export type { AdapterHost } from './host';

/** Requests that do not wait for a look into the past to end: they end it. */
const URGENT: ReadonlySet<string> = new Set(['cancel', 'pause', 'disconnect', 'terminate', 'restart']);

export class PtscopeSession extends Connection {
  #settings: LaunchSettings | undefined;
  #ended = false;
  #ansi = false;
  readonly #progress: ProgressReport;
  readonly #places = new Places();
  readonly #memory = new MemoryViews((event, body) => this.announce(event, body));
  readonly #context: SessionContext = {
    places: this.#places,
    memory: this.#memory,
    host: () => this.host,
    settings: () => this.#settings ?? launchSettings({}),
    launched: () => this.#subject.launched(),
    stopped: () => this.#stopped(),
    standing: () => this.#standing(),
    move: (motion, body, options) => {
      this.#stopped();
      return this.#motions.move(motion, body, options);
    },
    look: (request, title, body) => this.#motions.look(request, title, body),
    lastStop: () => this.#motions.lastStop,
    ansi: () => this.#ansi && this.#settings?.consoleColors !== false,
    announce: (event, body) => this.announce(event, body),
    changed: (debuggee) => {
      this.announce('invalidated', { areas: ['all'] });
      this.#memory.tell(debuggee.run.machine);
      this.announce(EVENTS.moment, debuggee.moment(false));
    },
  };
  readonly #breakpoints = new BreakpointRequests(this.#context);
  readonly #modules = new ModuleNews((event, body) => this.announce(event, body));
  readonly #voice = new Voice(this.#places, (event, body) => this.announce(event, body));
  readonly #motions: Motions;
  readonly #subject: SubjectOfSession;

  constructor(private readonly host: AdapterHost) {
    super();
    this.#progress = new ProgressReport(host.now, (event, body) => this.announce(event, body));
    this.#motions = new Motions(this.#motionOwner());
    this.#subject = new SubjectOfSession({
      host,
      progress: this.#progress,
      voice: this.#voice,
      places: this.#places,
      context: this.#context,
      ids: this.#breakpoints.ids,
      onLetGo: () => {
        this.#modules.reset();
        this.#memory.reset();
      },
    });
  }

  #motionOwner(): MotionOwner {
    return {
      voice: this.#voice,
      progress: this.#progress,
      isOver: () => this.#ended,
      settings: () => this.#settings,
      launched: () => this.#subject.launched(),
      announce: (event, body) => this.announce(event, body),
      onStop: (debuggee) => {
        this.#breakpoints.revisit(debuggee);
        this.#memory.tell(debuggee.run.machine);
        if (this.#settings?.noDebug !== true) this.#modules.tell(debuggee.run.machine);
      },
      finish: (exitCode) => this.#finish(exitCode),
      yieldToHost: () => this.host.yieldToHost(),
    };
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
      this.#subject.loading?.cancel();
      this.#finish(0);
    },
    threads: () => ({ threads: this.#threads() }),
    pause: () => this.#pause(),
    cancel: (args: DebugProtocol.CancelArguments) => this.#cancel(args),
    ...this.#breakpoints.handlers,
    ...stepHandlers(this.#context),
    ...instructionHandlers(this.#context),
    ...locationHandlers(this.#context),
    ...moduleHandlers(this.#context),
    ...gotoHandlers(this.#context),
    ...travelHandlers(this.#context),
    ...lookHandlers(this.#context),
    ...statisticsHandlers(this.#context),
    ...historyHandlers(this.#context),
    ...compareHandlers(this.#context),
  };

  protected override handlerOf(command: string): Handler | undefined {
    return this.#subject.snapshot?.handlers[command] ?? this.handlers[command];
  }

  /** While the machine is taken into the past for a look, nobody shall see it there. */
  protected override turnOf(command: string): Promise<unknown> | undefined {
    return URGENT.has(command) ? undefined : this.#motions.looking;
  }

  protected override afterResponse(command: string, success: boolean): void {
    if (command === 'launch' && success) this.announce('initialized');
    if (command === 'disconnect') this.shutdown();
  }

  /** Also when the client is gone without a word: what still runs ends at its next turn. */
  override shutdown(): void {
    this.#ended = true;
    this.#subject.loading?.cancel();
    this.#motions.pauseSoon(this.#subject.debuggee);
    this.#subject.letGo();
    super.shutdown();
  }

  // ---- life -------------------------------------------------------------------------------------------------------

  #initialize(args: DebugProtocol.InitializeRequestArguments): DebugProtocol.Capabilities {
    this.#places.linesStartAt1 = args.linesStartAt1 !== false;
    this.#places.columnsStartAt1 = args.columnsStartAt1 !== false;
    this.#ansi = args.supportsANSIStyling === true;
    this.#progress.enabled = args.supportsProgressReporting === true;
    return capabilities();
  }

  async #launch(args: DebugProtocol.LaunchRequestArguments, request: number): Promise<void> {
    this.#settings = launchSettings(args);
    await this.#load(this.#settings, request);
  }

  #load(settings: LaunchSettings, request: number): Promise<void> {
    this.#motions.reset();
    return this.#subject.load(settings, request);
  }

  /** Breakpoints are in: run, or stand at the entry. */
  #begin(): void {
    const settings = this.#settings;
    if (this.#subject.snapshot !== undefined) return this.#show(this.#subject.snapshot, settings?.noDebug === true);
    if (settings === undefined || this.#subject.debuggee === undefined) throw notLaunched();
    // After the response: the client must know that it is configured before it hears of a stop.
    setTimeout(() => {
      if (this.#ended || this.#subject.loading !== undefined) return;
      if (this.#motions.pauseWanted || (settings.stopOnEntry && !settings.noDebug)) this.#motions.standAtStart();
      else if (settings.goTo !== undefined && !settings.noDebug) this.#motions.start(...motionTo(settings.goTo));
      else if (!this.#motions.moving)
        this.#motions.start((d) => d.timeline.begin(settings.noDebug ? NO_STOPS : d.breakpoints));
    }, 0);
  }

  /** A snapshot stands where it was taken; without a debugger there is its description to print, and no more. */
  #show(snapshot: SnapshotView, noDebug: boolean): void {
    setTimeout(() => {
      if (this.#ended || this.#subject.snapshot !== snapshot) return;
      if (!noDebug) return snapshot.announce();
      this.#voice.say('stdout', snapshot.text.replace(/\n$/, ''));
      this.#finish(0);
    }, 0);
  }

  async #restart(args: DebugProtocol.LaunchRequestArguments | undefined, request: number): Promise<void> {
    // What is still being loaded starts at the beginning anyway.
    if (this.#subject.loading !== undefined) return this.#subject.loading.done;
    if (args !== undefined && ('program' in args || 'snapshot' in args)) this.#settings = launchSettings(args);
    if (this.#settings === undefined) throw notLaunched();
    await this.#motions.abandon(this.#subject.debuggee);
    this.#ended = false;
    try {
      await this.#load(this.#settings, request);
    } catch (error) {
      // VS Code does not end a session whose restart was refused; it has to be told that nothing runs any more.
      if (!(error instanceof UserError)) throw error;
      this.#voice.say(error.notify ? 'important' : 'console', error.message);
      return this.#finish(2);
    }
    if (this.#subject.debuggee !== undefined) this.#breakpoints.again(this.#subject.debuggee);
    this.#begin();
  }

  async #shutDown(): Promise<void> {
    this.#subject.loading?.cancel();
    this.#ended = true;
    await Promise.all([this.#subject.loading?.done, this.#motions.abandon(this.#subject.debuggee)]);
  }

  #threads(): DebugProtocol.Thread[] {
    const machine = this.#subject.debuggee?.run.machine;
    return threadsOf(this.#motions.moving ? undefined : machine, machine?.cpus.length ?? 1);
  }

  #finish(exitCode: number): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#motions.pauseSoon(this.#subject.debuggee);
    this.announce('exited', { exitCode });
    this.announce('terminated');
  }

  #stopped(): Debuggee {
    this.#standing();
    return this.#subject.launched();
  }

  #standing(): Debuggee {
    const debuggee = this.#subject.standing();
    if (this.#motions.moving || this.#subject.loading !== undefined) throw notStopped();
    return debuggee;
  }

  #pause(): void {
    if (this.#motions.moving || this.#motions.looking !== undefined || this.#subject.loading !== undefined)
      this.#motions.pauseSoon(this.#subject.debuggee);
  }

  /** All requests but those that load or look back are answered at once: there is nothing to cancel by them. */
  #cancel({ progressId, requestId }: DebugProtocol.CancelArguments): void {
    if (progressId !== undefined && this.#progress.isCurrent(progressId)) {
      this.#subject.loading?.cancel();
      this.#pause();
    }
    if (requestId === undefined) return;
    if (requestId === this.#subject.loading?.request) this.#subject.loading.cancel();
    this.#motions.cancelLook(requestId, this.#subject.debuggee);
  }
}
