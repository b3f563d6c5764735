/** What a session is about: the machine that it debugs or the snapshot that it shows, how that is read, and let go of. */
import { Snapshot } from '../snapshot/snapshot';
import { importText } from '../trace/importText';
import type { BreakpointIds } from './breakpoints/breakpoints';
import type { SessionContext } from './context';
import { Debuggee } from './debuggee';
import { notLaunched } from './errors';
import type { AdapterHost } from './host';
import type { LaunchSettings } from './launch';
import { Loading } from './loading';
import { baseName, type Places } from './places';
import type { ProgressReport } from './progress';
import { progressText } from './progressText';
import { SnapshotView } from './snapshot/view';
import type { Voice } from './voice';

export interface SubjectParts {
  host: AdapterHost;
  progress: ProgressReport;
  voice: Voice;
  places: Places;
  context: SessionContext;
  ids: BreakpointIds;
  /** What was loaded before is let go of. */
  onLetGo(): void;
}

export class SubjectOfSession {
  #debuggee: Debuggee | undefined;
  #snapshot: SnapshotView | undefined;
  #loading: Loading | undefined;

  constructor(private readonly parts: SubjectParts) {}

  get debuggee(): Debuggee | undefined {
    return this.#debuggee;
  }
  /** Instead of a debuggee: page tables to look at, in which nothing moves. */
  get snapshot(): SnapshotView | undefined {
    return this.#snapshot;
  }
  get loading(): Loading | undefined {
    return this.#loading;
  }

  /** What runs, with its cursor where it stands: whoever looks at the past has come back. */
  launched(): Debuggee {
    const debuggee = this.standing();
    debuggee.timeline.settle();
    return debuggee;
  }

  /** The same for who does not ask for the cursor's state. */
  standing(): Debuggee {
    if (this.#debuggee === undefined) throw notLaunched();
    return this.#debuggee;
  }

  /** `request`: by which the client may cancel it. Rejects with what a person is told; then what was there stays. */
  async load(settings: LaunchSettings, request: number): Promise<void> {
    const { host, progress } = this.parts;
    this.#loading = new Loading(request);
    progress.begin(`Reading ${baseName(settings.program)}`, true);
    const began = host.now();
    try {
      const loaded = await this.#loading.load(settings.program, host.files, {
        ...settings.load,
        onProgress: (read) =>
          progress.update(
            importText(read, (host.now() - began) / 1000),
            read.totalBytes && read.bytesRead / read.totalBytes,
          ),
      });
      const before = this.#debuggee;
      this.letGo();
      if (loaded instanceof Snapshot) this.#snapshot = new SnapshotView(loaded, this.parts.context);
      else this.#debuggee = this.#made(loaded, settings, before);
    } finally {
      progress.end();
      this.#loading = undefined;
    }
  }

  /** `before`: what a person chose in it since the launch stays chosen over a restart. */
  #made(loaded: Debuggee['loaded'], settings: LaunchSettings, before: Debuggee | undefined): Debuggee {
    const { host, progress, voice, places, ids } = this.parts;
    voice.hasScenario = loaded.kind === 'scenario';
    places.files = loaded.run.program.files.map(({ path }) => path);
    const debuggee = new Debuggee(
      { stepOver: before?.stepOver ?? settings.stepOver },
      loaded,
      {
        now: host.now,
        yieldToHost: host.yieldToHost,
        checkpointBytes: settings.checkpointBytes,
        onOutput: (output) => voice.print(output),
        onUndo: (text) => this.#undone(text),
        onProgress: (made) => progress.update(progressText(made), made.done),
      },
      { onLog: (text, at) => voice.say('console', text, at), onProblem: (text) => voice.say('important', text) },
      ids,
    );
    if (before !== undefined) debuggee.setFormat(before.format);
    return debuggee;
  }

  /** An edit is undone, because the cursor went back before it: what was counted behind the cursor's place is no more. */
  #undone(text: string): void {
    this.#debuggee?.breakpoints.forgetAfter(this.#debuggee.timeline.moment);
    this.parts.voice.say('console', text);
  }

  letGo(): void {
    this.#debuggee?.dispose();
    this.#debuggee = undefined;
    this.#snapshot = undefined;
    this.parts.onLetGo();
  }
}
