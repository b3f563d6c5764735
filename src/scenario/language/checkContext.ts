/** What the parts of the checker share: where names are looked up and where errors go. */
import type { PagingFormat } from '../../machine/paging/format';
import type { CodeName } from './codes';
import { diagnostic, type Diagnostic, type QuickFix } from './diagnostics';
import type { Range } from './expressions';
import type { Lookup } from './fold';
import { Scopes, type Binding, type Reference } from './scope';

/** More errors than this help nobody, and finding the nearest spelling for each would cost too long. */
const MAX_DIAGNOSTICS = 1000;
const MAX_SUGGESTIONS = 200;

export class CheckContext {
  /** By number of the file. */
  readonly found: Diagnostic[][] = [];
  readonly references: Reference[] = [];
  readonly scopes = new Scopes();
  /** Number of the file that is being looked at. */
  file = 0;
  /** True inside a block whose head could not be read: names that it would have bound are not known. */
  lenient = false;
  /** True inside `expect fails`: an address that must fault is what one wants. */
  mayFault = false;
  private suggestions = 0;
  private reports = 0;

  /** `format` is that of the scheme; without one, addresses are not checked. */
  constructor(readonly format: PagingFormat | undefined) {}

  readonly lookup: Lookup = (name) => this.scopes.find(name);

  report(name: CodeName, message: string, range: Range, ...fixes: QuickFix[]): void {
    if (this.reports++ < MAX_DIAGNOSTICS) this.diagnostics.push(diagnostic(name, message, range, ...fixes));
  }

  /** What was found in the file that is being looked at. */
  get diagnostics(): Diagnostic[] {
    return (this.found[this.file] ??= []);
  }

  /** A use of a name. */
  refer(range: Range, binding: Binding): void {
    this.references.push({ file: this.file, range, binding });
  }

  suggest(find: () => string | undefined): string | undefined {
    return this.suggestions++ < MAX_SUGGESTIONS ? find() : undefined;
  }
}
