/** The tokens of a line that is being written, as the arguments of its statement: where one ends and the next begins. */
import type { Token } from './lexer';

const ENDS = new Set([')', ']']);
const BEGINS = new Set(['(', '!', '~']);

const endsOperand = ({ kind, text }: Token): boolean =>
  kind === 'name' || kind === 'number' || kind === 'decimal' || kind === 'string' || kind === 'bad' || ENDS.has(text);

const beginsOperand = ({ kind, text }: Token): boolean => kind !== 'operator' || BEGINS.has(text);

const touching = (left: Token, right: Token): boolean => left.column + left.text.length === right.column;

/**
 * The arguments, each with its tokens: `mmap heap 64MiB + 4KiB rw` has three after its keyword. What stands in parentheses
 * belongs to the argument around it, and so does what follows an operator.
 */
export function argumentsOf(tokens: readonly Token[]): Token[][] {
  const found: Token[][] = [];
  let depth = 0;
  tokens.forEach((token, i) => {
    const before = i > 0 ? tokens[i - 1] : undefined;
    const isCall = (token.text === '(' || token.text === '[') && before !== undefined && touching(before, token);
    const begins = depth === 0 && !isCall && (before === undefined || (endsOperand(before) && beginsOperand(token)));
    if (begins) found.push([]);
    found.at(-1)?.push(token);
    if (token.text === '(' || token.text === '[') depth++;
    if (ENDS.has(token.text)) depth = Math.max(0, depth - 1);
  });
  return found;
}
