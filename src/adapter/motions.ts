/**
 * The motions of a session, one at a time: a request is answered at once, then the machine moves, then a `stopped` or a
 * `terminated` event says where that ended. Looks into the past are motions too that end where they began: no client hears
 * of them, and requests that come meanwhile wait.
 */
import { EVENTS } from '../protocol/names';
import type { StopCause } from '../timeline/stops';
import type { Arrival } from '../timeline/timeline';
import type { MotionOptions } from './context';
import type { Debuggee } from './debuggee';
import { notStopped, refused } from './errors';
import type { LaunchSettings } from './launch';
import type { ProgressReport } from './progress';
import { grouped } from './progressText';
import { threadOf } from './threads';
import type { Voice } from './voice';

/** What motions need of the session that they belong to. */
export interface MotionOwner {
  readonly voice: Voice;
  readonly progress: ProgressReport;
  /** True once nothing more is to be said. */
  isOver(): boolean;
  settings(): Pick<LaunchSettings, 'noDebug' | 'stopAtEnd'> | undefined;
  /** Throws what a person is told before a launch. */
  launched(): Debuggee;
  announce(event: string, body?: unknown): void;
  /** At every stop, when the client has been told of it. */
  onStop(debuggee: Debuggee): void;
  finish(exitCode: number): void;
  yieldToHost(): Promise<void>;
}

type Motion = (debuggee: Debuggee) => Promise<Arrival>;

export class Motions {
  #moving = false;
  #looking: { request: number; done: Promise<unknown> } | undefined;
  /** A pause was asked for: also of a motion that has not begun yet, or of a machine that is still being loaded. */
  #pauseWanted = false;
  /** What still runs is of no interest any more: no word of where it stops. */
  #abandoned = false;
  #lastStop: StopCause | undefined;
  #couldStepBack = true;

  constructor(private readonly owner: MotionOwner) {}

  get moving(): boolean {
    return this.#moving;
  }
  get lastStop(): StopCause | undefined {
    return this.#lastStop;
  }
  /** Resolves when the machine stands where a client believes it to stand. */
  get looking(): Promise<unknown> | undefined {
    return this.#looking?.done;
  }

  /** A new machine is being loaded. */
  reset(): void {
    this.#pauseWanted = false;
  }

  move<Body>(motion: Motion, body?: Body, options: MotionOptions = {}): Body | undefined {
    if (this.#moving) throw notStopped();
    // The motion begins after its response has gone out.
    setTimeout(() => this.start(motion, options), 0);
    this.#moving = true;
    this.#pauseWanted = false;
    return body;
  }

  start(motion: Motion, options: MotionOptions = {}): void {
    this.#moving = true;
    void this.#run(motion, options);
  }

  /** The first moment of a run that a person wanted to see, or to which they were too quick to pause. */
  standAtStart(): void {
    if (this.#pauseWanted) this.#announcePause(this.owner.launched());
    else this.#announceStop('entry', 'the start of the run');
  }

  get pauseWanted(): boolean {
    return this.#pauseWanted;
  }

  /** `pause`, which is asked for of a machine that is being loaded, too. */
  pauseSoon(debuggee: Debuggee | undefined): void {
    this.#pauseWanted = true;
    debuggee?.timeline.pause();
  }

  /** Ends whatever goes on, and says nothing of where. */
  async abandon(debuggee: Debuggee | undefined): Promise<void> {
    this.#abandoned = true;
    while (this.#moving || this.#looking !== undefined) {
      this.pauseSoon(debuggee);
      await this.owner.yieldToHost();
    }
    this.#abandoned = false;
  }

  // ---- looks into the past ----------------------------------------------------------------------------------------

  /** `request`: by which the client may cancel it. Rejects with what a person is told if it was cancelled. */
  async look<Seen>(
    request: number,
    title: string,
    body: (debuggee: Debuggee) => Promise<Seen | 'paused'>,
  ): Promise<Seen> {
    const { owner } = this;
    const debuggee = owner.launched();
    owner.progress.begin(title, true);
    const looked = body(debuggee);
    this.#looking = { request, done: looked.catch(() => undefined) };
    try {
      const seen = await looked;
      if (seen === 'paused') throw refused(`${title} was cancelled.`);
      return seen;
    } finally {
      this.#looking = undefined;
      owner.progress.end();
    }
  }

  cancelLook(request: number, debuggee: Debuggee | undefined): void {
    if (this.#looking?.request === request) debuggee?.timeline.pause();
  }

  // ---- one motion -------------------------------------------------------------------------------------------------

  async #run(motion: Motion, options: MotionOptions): Promise<void> {
    const { owner } = this;
    const debuggee = owner.launched();
    const fromEnd = debuggee.timeline.atEnd;
    // As VS Code simulates it for its own requests: with all threads, its Call Stack forgets to say why the machine stops.
    if (options.unannounced)
      owner.announce('continued', { threadId: threadOf(debuggee.run.machine), allThreadsContinued: false });
    owner.progress.begin(options.title ?? 'Running', true);
    try {
      const arriving = motion(debuggee);
      if (this.#pauseWanted) debuggee.timeline.pause();
      const arrival = await arriving;
      this.#moving = false;
      owner.progress.end();
      this.#arrive(debuggee, arrival, fromEnd, options);
    } catch (error) {
      this.#moving = false;
      owner.progress.end();
      if (owner.isOver()) return;
      const what = error instanceof Error ? error.message : String(error);
      owner.voice.say('important', `ptscope made a mistake and cannot go on: ${what}`);
      owner.finish(1);
    }
  }

  #arrive(debuggee: Debuggee, arrival: Arrival, fromEnd: boolean, options: MotionOptions): void {
    const { owner } = this;
    if (owner.isOver() || this.#abandoned) return;
    switch (arrival.kind) {
      case 'end':
        // Whoever goes on from the end wants to leave.
        if (fromEnd || !this.#staysAtEnd) return owner.finish(exitCode(debuggee));
        return this.#announceStop('end', `the end of the run${howItEnded(debuggee)}`);
      case 'stop':
        this.#lastStop = arrival.cause;
        debuggee.past.stopped(arrival.cause.text);
        return this.#announceStop(arrival.cause.reason, arrival.cause.text, arrival.cause.breakpoints);
      case 'pause':
        return this.#announcePause(debuggee);
      case 'nowhere': {
        const why = options.nowhere ?? 'The run does not come to this statement';
        owner.voice.say('important', `${why}.`);
        return this.#announceStop('goto', `the same moment: ${why[0].toLowerCase()}${why.slice(1)}`);
      }
      case 'start':
        return this.#announceStop('entry', 'the start of the run: nothing is before it');
      case 'step':
        debuggee.breakpoints.count(debuggee.timeline.events, debuggee.timeline.moment);
        return this.#announceStop('step', undefined);
    }
  }

  get #staysAtEnd(): boolean {
    const settings = this.owner.settings();
    return settings?.stopAtEnd === true && !settings.noDebug;
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
    const { owner } = this;
    const debuggee = owner.launched();
    debuggee.moved();
    if (reason !== 'exception') this.#lastStop = undefined;
    // Before the stop: a client looks at what it can do when it shows where it stands.
    const canStepBack = !debuggee.timeline.atStart;
    if (canStepBack !== this.#couldStepBack)
      owner.announce('capabilities', { capabilities: { supportsStepBack: canStepBack } });
    this.#couldStepBack = canStepBack;
    const threadId = threadOf(debuggee.run.machine);
    owner.announce('stopped', { reason, description, text, threadId, allThreadsStopped: true, hitBreakpointIds });
    owner.onStop(debuggee);
    if (owner.settings()?.noDebug !== true) owner.announce(EVENTS.moment, debuggee.moment(false));
  }
}

/** As the command line's: 0 all held, 1 an expect failed, 3 a fatal fault. */
function exitCode({ run }: Debuggee): number {
  if (run.end?.kind === 'fatal') return 3;
  if (run.end?.kind === 'error') return 2;
  return run.failed.length > 0 ? 1 : 0;
}

function howItEnded({ run }: Debuggee): string {
  const { end, failed } = run;
  if (end !== null && end.kind !== 'finished') return `: ${end.text}`;
  return failed.length === 0 ? '' : `: ${failed.length} ${failed.length === 1 ? 'expect' : 'expects'} failed`;
}
