/**
 * Names that a scenario binds, and where they are visible: from behind the statement that binds them to the end of its
 * block. Regions, processes and constants share one set of names.
 */
import type { Position, Range } from './expressions';
import type { Constant } from './fold';
import type { Kind } from './kinds';

export type BindingType = 'region' | 'process' | 'constant' | 'loop' | 'broken';

export interface Binding {
  name: string;
  type: BindingType;
  kind: Kind;
  /** The name where it is bound. */
  range: Range;
  /** The whole statement that binds it. */
  statement: Range;
  visibleFrom: Position;
  visibleTo: Position;
  /** Value of a constant that is known before running. */
  value?: Constant;
  /** Of a region: its first address if it is given, its size if it is known, and the process that maps it. */
  start?: bigint;
  size?: bigint;
  process?: string;
  /** Number of the file that binds it. `visibleFrom` and `visibleTo` are places of the scenario itself all the same. */
  file: number;
  /** True if it is bound in a block of an included file: then nothing of the scenario itself sees it. */
  local?: boolean;
  /** True of a constant that means the same on any machine (standalone.ts). */
  standalone?: boolean;
  /** True of a region once all of it was unmapped: the name stays known, but may be bound anew. */
  released?: boolean;
}

/** A use of a bound name. */
export interface Reference {
  /** Number of the file. */
  file: number;
  range: Range;
  binding: Binding;
}

export class Scopes {
  /** Every binding of the file, in order. */
  readonly all: Binding[] = [];
  private readonly stack: Map<string, Binding>[] = [new Map<string, Binding>()];

  find(name: string): Binding | undefined {
    for (let i = this.stack.length - 1; i >= 0; i--) {
      const found = this.stack[i].get(name);
      if (found) return found;
    }
    return undefined;
  }

  bind(binding: Binding): void {
    this.all.push(binding);
    this.stack[this.stack.length - 1].set(binding.name, binding);
  }

  /** Runs `body` in a block of its own that ends at `end`. */
  block(end: Position, body: () => void): void {
    this.stack.push(new Map());
    body();
    this.close(end);
  }

  /** As `block`, but seeing nothing of what is around it except constants that stand alone: a test’s fresh machine. */
  isolated(end: Position, body: () => void): void {
    const outer = this.stack.splice(0);
    const constants = outer.flatMap((names) => [...names].filter(([, binding]) => binding.standalone === true));
    this.stack.push(new Map(constants), new Map());
    body();
    this.close(end);
    this.stack.splice(0, this.stack.length, ...outer);
  }

  close(end: Position): void {
    for (const binding of this.stack.pop()?.values() ?? []) binding.visibleTo = end;
  }

  names(): string[] {
    return this.stack.flatMap((names) => [...names.keys()]);
  }
}
