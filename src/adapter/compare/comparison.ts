/**
 * The session's program on several schemes, each behind the session's place. Nothing of it is made before it is asked for;
 * one question is worked on at a time, and a later one ends the one before.
 *
 * The session's own scheme is among them, on a run of its own: so all are the program as it is written, whatever a person
 * has edited, and nothing here moves the session's cursor.
 */
import { compareStatistics } from '../../machine/measures';
import type { CompareProgress, CompareResponse } from '../../protocol/compare';
import { schemeText } from '../../scenario/language/schemes';
import { type LoadedRun, loadRun, type LoadRunOptions, loadScenario } from '../../scenario/run/load';
import { refused } from '../errors';
import type { Debuggee } from '../debuggee';
import type { LaunchSettings } from '../launch';
import type { AdapterHost } from '../session';
import { MOST_COMPARED, readSchemes, USUAL_SCHEMES } from '../../scenario/run/comparedSchemes';
import { Column, Interrupted } from './column';
import { disagreements } from './disagreements';

export interface ComparisonParts {
  host: AdapterHost;
  settings: LaunchSettings;
  onProgress(progress: CompareProgress): void;
}

export class Comparison {
  #columns: Column[] = [];
  /** Counts questions: an answer to another than the last is out of date. */
  #question = 0;
  #cancelled = false;
  #working: Promise<void> = Promise.resolve();

  constructor(
    private readonly debuggee: Debuggee,
    private readonly parts: ComparisonParts,
  ) {
    const { compareWith } = parts.settings;
    this.choose(compareWith.length > 0 ? compareWith : USUAL_SCHEMES);
  }

  get schemes(): string[] {
    return this.#columns.map(({ scheme }) => scheme);
  }

  /** Schemes beside the session's own, which comes first. Runs that are wanted again are kept. */
  choose(texts: readonly string[]): void {
    const read = readSchemes([schemeText(this.debuggee.loaded.config.scheme), ...texts]);
    if ('problem' in read) throw refused(`${read.problem}.`);
    const schemes = read.schemes.slice(0, MOST_COMPARED);
    for (const column of this.#columns) if (!schemes.includes(column.scheme)) column.dispose();
    this.#columns = schemes.map((scheme) => this.#columns.find((c) => c.scheme === scheme) ?? this.#column(scheme));
  }

  #column(scheme: string): Column {
    const { loaded } = this.debuggee;
    const { host, settings } = this.parts;
    const path = settings.program;
    // The text as it was launched: the file may be another by now.
    const [{ text }] = loaded.sources.files;
    const load = (options: LoadRunOptions): Promise<LoadedRun> =>
      loaded.kind === 'scenario' ? loadScenario(path, text, host.files, options) : loadRun(path, host.files, options);
    return new Column(scheme, {
      host,
      load: (wanted, signal) => load({ ...settings.load, scheme: wanted, signal }),
      onProgress: (progress) => this.parts.onProgress({ scheme, ...progress }),
    });
  }

  /** Ends what is going on; its question is answered with what there is. */
  cancel(): void {
    this.#cancelled = true;
    for (const column of this.#columns) column.interrupt();
  }

  dispose(): void {
    this.#question++;
    for (const column of this.#columns) column.dispose();
    this.#columns = [];
  }

  async answer(): Promise<CompareResponse> {
    const question = ++this.#question;
    for (const column of this.#columns) column.interrupt();
    const before = this.#working;
    let ended = (): void => undefined;
    this.#working = new Promise((resolve) => (ended = resolve));
    await before;
    this.#cancelled = false;
    const { timeline } = this.debuggee;
    const target = { tick: timeline.moment.tick, place: timeline.programPlace };
    const head = { tick: target.tick, title: this.debuggee.title(), edited: timeline.isEdited };
    const columns = this.#columns;
    try {
      for (const column of columns) {
        if (question !== this.#question || this.#cancelled) break;
        await column.follow(target);
      }
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
    } finally {
      ended();
    }
    const outcome = question !== this.#question ? 'superseded' : this.#cancelled ? 'cancelled' : 'complete';
    if (outcome === 'superseded') return { outcome, ...head, columns: [], rows: [], disagreements: [] };
    const shown = columns.map((column) => column.column());
    const rows = compareStatistics(columns.map((column) => column.statistics));
    return { outcome, ...head, columns: shown, rows, disagreements: disagreements(shown, rows) };
  }
}
