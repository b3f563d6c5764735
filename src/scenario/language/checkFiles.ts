/** Going from file to file while checking: which one is being looked at, how one came there, and which were seen already. */
import type { CheckContext } from './checkContext';
import type { Position, Range } from './expressions';
import type { SourceFile, Sources } from './sources';

/** Files that include each other, one inside the other. */
const MAX_DEPTH = 100;

/** A file that was looked at, and the statement of the scenario itself that led there. */
export interface Entered {
  file: number;
  at: Range;
}

export interface Place {
  file: number;
  range: Range;
}

export type IncludeOutcome = 'unknown' | 'refused' | 'seen' | 'entered';

export class CheckFiles {
  readonly entered: Entered[] = [];
  /** Files that are being looked at, each included by the one before. */
  private open: readonly number[] = [0];
  /** Files that were included already: in a test, since it began. */
  private seen = new Set<number>();
  /** The scenario's own statement that one is inside of, if one is in an included file. */
  private outermost: Range | undefined;

  constructor(
    private readonly context: CheckContext,
    private readonly sources: Sources,
  ) {}

  get current(): SourceFile {
    return this.sources.files[this.context.file];
  }

  get ownEnd(): Position {
    return this.sources.files[0].parsed.file.range.end;
  }

  /** A place of the scenario itself, for one that may be in an included file. */
  placeOf(position: Position): Position {
    return this.outermost?.end ?? position;
  }

  /** `on line 3`, `on line 3 of common.ptscen`. */
  describe({ file, range }: Place): string {
    const line = `on line ${range.start.line + 1}`;
    return file === this.context.file ? line : `${line} of ${this.sources.files[file].path}`;
  }

  /** Runs the block of a test, which includes for itself. */
  inTest(look: () => void): void {
    const { seen } = this;
    this.seen = new Set();
    look();
    this.seen = seen;
  }

  /** Looks at the file that an `include` at `at` names, unless something is in the way, which is reported at `name`. */
  include(name: { value: string; range: Range }, at: Range, look: () => void): IncludeOutcome {
    const { context, open, outermost } = this;
    const target = this.current.includes.get(name.value);
    if (target === undefined) return 'unknown';
    const problem = 'problem' in target ? target.problem : undefined;
    if (problem !== undefined || !('file' in target)) {
      context.report('noInclude', `${problem}.`, name.range);
      return 'refused';
    }
    const { file } = target;
    if (open.includes(file)) {
      context.report(
        'includeCycle',
        `\`${name.value}\` includes this file, so this file cannot include it.`,
        name.range,
      );
      return 'refused';
    }
    if (this.seen.has(file)) return 'seen';
    if (open.length > MAX_DEPTH) {
      context.report('tooComplex', `Files include each other up to ${MAX_DEPTH} deep.`, name.range);
      return 'refused';
    }
    this.seen.add(file);
    this.outermost ??= at;
    if (!this.entered.some((each) => each.file === file)) this.entered.push({ file, at: this.outermost });
    this.open = [...open, file];
    const before = context.file;
    context.file = file;
    look();
    context.file = before;
    this.open = open;
    this.outermost = outermost;
    return 'entered';
  }
}
