/**
 * Constants that mean the same on any machine: they are made of numbers, strings and other such constants alone. A test
 * runs on a machine of its own, so that these are all that it can see of what stands around it.
 */
import type { Expression } from './ast';
import { visitExpressions } from './visit';

/** `known`: whether a name is such a constant. */
export function standsAlone(value: Expression, known: (name: string) => boolean): boolean {
  const fits = (expression: Expression): boolean =>
    expression.kind === 'name' ? known(expression.name) : expression.kind !== 'call' && expression.kind !== 'missing';
  let all = fits(value);
  visitExpressions(value, (inner) => {
    all &&= fits(inner);
  });
  return all;
}
