/** A launch or a restart that reads its program: how it is ended early, by whomever, and how others wait for it. */
import { type FileHost, LoadError, loadRun, type LoadedRun, type LoadRunOptions } from '../scenario/run/load';
import { SnapshotError } from '../snapshot/errors';
import { loadSnapshot, snapshotPath } from '../snapshot/load';
import type { Snapshot } from '../snapshot/snapshot';
import { cannotLaunch, loadingCancelled } from './errors';
import { baseName } from './places';

export class Loading {
  readonly #abort = new AbortController();
  #ended = (): void => undefined;
  /** Resolves when it has ended, however that was. */
  readonly done = new Promise<void>((resolve) => (this.#ended = resolve));

  /** `request`: the number of the request that asked for it. */
  constructor(readonly request: number) {}

  cancel(): void {
    this.#abort.abort();
  }

  /** Rejects with what a person is told. A run that comes too late is let go of. */
  async load(program: string, files: FileHost, options: LoadRunOptions): Promise<LoadedRun | Snapshot> {
    const { signal } = this.#abort;
    try {
      const snapshot = await snapshotPath(program, files);
      const loaded =
        snapshot === undefined
          ? await loadRun(program, files, { ...options, signal })
          : await loadSnapshot(snapshot, files, signal);
      if (!signal.aborted) return loaded;
      if ('dispose' in loaded) loaded.dispose();
    } catch (error) {
      if (!signal.aborted) throw isProblem(error) ? cannotLaunch(error.message) : error;
    } finally {
      this.#ended();
    }
    throw loadingCancelled(baseName(program));
  }
}

const isProblem = (error: unknown): error is Error => error instanceof LoadError || error instanceof SnapshotError;
