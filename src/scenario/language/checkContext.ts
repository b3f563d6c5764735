/** What the parts of the checker share: where names are looked up and where errors go. */
import type { PagingFormat } from '../../machine/paging/format';
import type { CodeName } from './codes';
import { diagnostic, type Diagnostic, type QuickFix } from './diagnostics';
import type { Range } from './expressions';
import type { Lookup } from './fold';
import { Scopes, type Reference } from './scope';

/** More errors than this help nobody, and finding the nearest spelling for each would cost too long. */
const MAX_DIAGNOSTICS = 1000;
const MAX_SUGGESTIONS = 200;

export class CheckContext {
  readonly diagnostics: Diagnostic[] = [];
  readonly references: Reference[] = [];
  readonly scopes = new Scopes();
  /** True inside a block whose head could not be read: names that it would have bound are not known. */
  lenient = false;
  /** True inside `expect fails`: an address that must fault is what one wants. */
  mayFault = false;
  private suggestions = 0;

  /** `format` is that of the scheme; without one, addresses are not checked. */
  constructor(readonly format: PagingFormat | undefined) {}

  readonly lookup: Lookup = (name) => this.scopes.find(name);

  report(name: CodeName, message: string, range: Range, ...fixes: QuickFix[]): void {
    if (this.diagnostics.length < MAX_DIAGNOSTICS) this.diagnostics.push(diagnostic(name, message, range, ...fixes));
  }

  suggest(find: () => string | undefined): string | undefined {
    return this.suggestions++ < MAX_SUGGESTIONS ? find() : undefined;
  }
}
