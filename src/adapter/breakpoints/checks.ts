/**
 * Conditions and log messages, checked when they are set as the scenario itself is: a name that does not exist is said at
 * once, not at the first hit. What cannot be used throws a sentence for the answer to the request.
 */
import type { Expression, Position, Template } from '../../scenario/language/ast';
import { analyse, type Analysis } from '../../scenario/language/analysis';
import { CheckContext } from '../../scenario/language/checkContext';
import { checkExpression, type Wanted } from '../../scenario/language/checkExpression';
import { bindingsAt } from '../../scenario/language/locate';
import { parseExpression } from '../../scenario/language/parser';
import { formatOf } from '../../scenario/language/schemes';
import { parseTemplate } from '../../scenario/language/template';
import type { LoadedRun } from '../../scenario/run/load';
import { unusable } from '../errors';

const isBlank = (text: string | undefined): text is undefined => text === undefined || text.trim() === '';

export class Checks {
  #analysis: Analysis | undefined;
  #declared: ReadonlySet<string> | undefined;

  constructor(private readonly loaded: Pick<LoadedRun, 'sources' | 'config'>) {}

  /** Every name that the scenario binds somewhere. */
  get declared(): ReadonlySet<string> {
    return (this.#declared ??= new Set(this.#analysed.bindings.map((b) => b.name)));
  }

  /** `at`: where in the scenario it is evaluated; without it, every name that the scenario binds is good. */
  condition(text: string | undefined, at?: Position): Expression | undefined {
    if (isBlank(text)) return undefined;
    const { expression, diagnostics } = parseExpression(text);
    if (diagnostics.length > 0) throw unusable(diagnostics[0].message);
    this.#check(expression, 'condition', at);
    return expression;
  }

  template(text: string | undefined, at?: Position): Template | undefined {
    if (isBlank(text)) return undefined;
    const { template, diagnostics } = parseTemplate(text);
    if (diagnostics.length > 0) throw unusable(diagnostics[0].message);
    for (const part of template.parts) if (part.kind !== 'text') this.#check(part.expression, 'any', at);
    return template;
  }

  #check(expression: Expression, wanted: Wanted, at: Position | undefined): void {
    const context = new CheckContext(formatOf(this.loaded.config.scheme));
    // An address that must fault is what a condition may well ask for.
    context.mayFault = true;
    const bindings = at === undefined ? this.#analysed.bindings : bindingsAt(this.#analysed, at);
    for (const binding of bindings) context.scopes.bind(binding);
    checkExpression(context, expression, wanted);
    const error = context.diagnostics.find((d) => d.severity === 'error');
    if (error !== undefined) throw unusable(error.message);
  }

  get #analysed(): Analysis {
    return (this.#analysis ??= analyse(this.loaded.sources));
  }
}
