/** Whether a blank stands between two tokens of a formatted line. */
import type { Token } from './lexer';

const SPACED = ['..', '==', '!=', '<', '<=', '>', '>=', '&&', '||', '?', ':', '=', '{', '}'];
/** These may stand tight (`heap+2MiB`) or with blanks; the writer decides, but alike on both sides. */
const CHOSEN = ['+', '-', '*', '/', '%', '&', '|', '^', '<<', '>>'];
const PREFIX = ['!', '~'];
const SIGNS = ['+', '-'];

const operatorOf = ({ kind, text }: Token): string => (kind === 'operator' ? text : '');

/** `written`: whether there was a blank between token `i` and the one before it. */
export function spaceBetween(tokens: readonly Token[], i: number, written: boolean): boolean {
  const left = operatorOf(tokens[i - 1]);
  const right = operatorOf(tokens[i]);
  if (left === '(' || left === '[' || left === '.') return false;
  if ([')', ']', ',', '.'].includes(right)) return false;
  if (left === '{' && right === '}') return false;
  if (left === ',') return true;
  if (isPrefix(tokens, i - 1)) return false;
  if (SPACED.includes(left) || SPACED.includes(right)) return true;
  if (isBinary(tokens, i)) return written || gapAfter(tokens, i);
  if (CHOSEN.includes(left)) return written;
  // A parenthesis or bracket after a name is a call or an index, or the beginning of the next part: as written.
  if (right === '(' || right === '[') return written;
  return true;
}

/** An operator that can only belong to the operand after it. */
function isPrefix(tokens: readonly Token[], i: number): boolean {
  const operator = operatorOf(tokens[i]);
  if (PREFIX.includes(operator)) return true;
  if (!SIGNS.includes(operator)) return false;
  const before = i > 0 ? operatorOf(tokens[i - 1]) : '(';
  return before !== '' && before !== ')' && before !== ']';
}

const isBinary = (tokens: readonly Token[], i: number): boolean =>
  CHOSEN.includes(operatorOf(tokens[i])) && !isPrefix(tokens, i);

function gapAfter(tokens: readonly Token[], i: number): boolean {
  const [token, next] = [tokens[i], tokens[i + 1]];
  // The blank before another operator is that one's own: it says nothing about the writer's choice here.
  if (next === undefined || SPACED.includes(operatorOf(next)) || isBinary(tokens, i + 1)) return false;
  return next.column > token.column + token.text.length;
}
