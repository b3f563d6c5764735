/** Names that statements bind and name: whether they are free, whether they exist, and from where to where they are seen. */
import type { Identifier } from './ast';
import type { CheckContext } from './checkContext';
import type { CheckFiles } from './checkFiles';
import type { Range } from './expressions';
import type { Kind } from './kinds';
import { nameRow } from './names';
import { didYouMean, nearest } from './nearest';
import type { Binding, BindingType } from './scope';

const TITLES: Readonly<Record<BindingType, string>> = {
  ...{ region: 'a region', process: 'a process', constant: 'a constant' },
  ...{ loop: 'the name of a loop', broken: 'a name' },
};

export class CheckNames {
  constructor(
    private readonly context: CheckContext,
    private readonly files: CheckFiles,
    private readonly inBlock: () => boolean,
  ) {}

  /** Binds a name from behind its statement on, unless it means something already. */
  bind(name: Identifier, type: BindingType, kind: Kind, statement: Range): Binding | undefined {
    if (name.name === '' || !this.isFree(name)) return undefined;
    const binding: Binding = {
      ...{ name: name.name, type, kind, file: this.context.file, range: name.range, statement },
      visibleFrom: this.files.placeOf(type === 'loop' ? name.range.end : statement.end),
      visibleTo: this.files.ownEnd,
    };
    if (this.context.file !== 0 && this.inBlock()) binding.local = true;
    this.context.scopes.bind(binding);
    return binding;
  }

  private isFree({ name, range }: Identifier): boolean {
    const row = nameRow(name);
    if (row) {
      this.context.report('reservedName', `\`${name}\` already means something in expressions: ${row.doc}`, range);
      return false;
    }
    const other = this.context.scopes.find(name);
    if (!other || other.type === 'broken' || other.released) return true;
    const message = `\`${name}\` is bound ${this.files.describe(other)} already, as ${TITLES[other.type]}.`;
    this.context.report('duplicateName', message, range);
    return false;
  }

  /** The process that a statement names. */
  process(name: Identifier): Binding | undefined {
    const { context } = this;
    const binding = context.scopes.find(name.name);
    if (binding) context.refer(name.range, binding);
    if (binding?.type === 'process' || binding?.type === 'broken') return binding;
    if (context.lenient || name.name === '') return undefined;
    if (binding) {
      context.report('wrongKind', `\`${name.name}\` is ${TITLES[binding.type]}, not a process.`, name.range);
      return undefined;
    }
    const processes = context.scopes.all.filter(({ type }) => type === 'process').map((process) => process.name);
    const suggestion = context.suggest(() => nearest(name.name, processes));
    context.report('unknownName', `There is no process \`${name.name}\`.${didYouMean(suggestion)}`, name.range);
    return undefined;
  }
}
