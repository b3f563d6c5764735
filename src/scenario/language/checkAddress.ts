/** Addresses and sizes that are known before running: canonical, in user space, at page boundaries, in order. */
import type { PagingFormat } from '../../machine/paging/format';
import type { Expression } from './ast';
import type { CheckContext } from './checkContext';
import { isTranslated } from './addressSplit';
import { replacing } from './diagnostics';
import { foldNumber, foldRange, type ConstantRange } from './fold';
import { formatHex, formatSize, MAX_VALUE, PAGE_BYTES } from './numbers';

export function checkCanonical(context: CheckContext, expression: Expression, address: bigint | undefined): boolean {
  const { format, mayFault } = context;
  if (!format || mayFault || address === undefined) return true;
  if (isTranslated(address, format)) return true;
  const message = format.signExtended
    ? `${formatHex(address)} is not canonical: bits 63 to ${format.addressBits - 1} must be equal.`
    : `${formatHex(address)} is beyond the ${format.addressBits}-bit address space of \`${format.scheme}\`.`;
  context.report('nonCanonical', message, expression.range);
  return false;
}

/** First address that user space does not have. */
export const userLimit = ({ userSpace }: PagingFormat): bigint => BigInt(userSpace.end) * PAGE_BYTES;

export const isUserRange = ({ format }: CheckContext, start: bigint, end: bigint): boolean =>
  !format || (start < end && end <= userLimit(format));

/** The last address that something in user space reaches. */
export function checkUser(context: CheckContext, expression: Expression, last: bigint | undefined): void {
  const { format, mayFault } = context;
  if (!format || mayFault || last === undefined) return;
  const limit = userLimit(format);
  if (last < limit) return;
  context.report(
    'beyondUser',
    `User space ends at ${formatHex(limit)}; this reaches ${formatHex(last)}.`,
    expression.range,
  );
}

/** A single access, or the start of a range of them. */
export function checkAccessed(context: CheckContext, expression: Expression, asKernel: boolean): void {
  const address = foldNumber(expression, context.lookup);
  if (checkCanonical(context, expression, address) && !asKernel) checkUser(context, expression, address);
}

export type Rounding = 'up' | 'down';

/** Reports what is no multiple of the page size, with the nearest multiple as a fix; sizes round up, addresses down. */
export function checkPageMultiple(
  context: CheckContext,
  expression: Expression,
  what: string,
  rounding: Rounding,
): boolean {
  const value = foldNumber(expression, context.lookup);
  if (value === undefined || value % PAGE_BYTES === 0n) return true;
  const pages = value / PAGE_BYTES + (rounding === 'up' ? 1n : 0n);
  const rounded = pages * PAGE_BYTES;
  const hexadecimal = expression.kind !== 'number' || /^0x/i.test(expression.text);
  const text = hexadecimal && what !== 'size' ? formatHex(rounded) : formatSize(rounded);
  const message = `The ${what} ${text === formatSize(rounded) ? value : formatHex(value)} is not a multiple of 4 KiB.`;
  context.report('notPageMultiple', message, expression.range, replacing(expression.range, text));
  return false;
}

/** A range's order; answers what is known of it. */
export function checkOrder(context: CheckContext, target: Expression): ConstantRange {
  const range = foldRange(target, context.lookup);
  if (target.kind !== 'range') return range;
  const limit = foldNumber(target.limit, context.lookup);
  if (target.form === 'for') {
    if (limit === 0n) context.report('badRange', 'This range is empty.', target.range);
  } else if (range.start !== undefined && range.end !== undefined && range.end <= range.start) {
    const how = range.end === range.start ? 'is empty' : 'ends before it starts';
    context.report('badRange', `This range ${how}.`, target.range);
  }
  return range;
}

/** Both ends of a range at page boundaries. */
export function checkPageRange(context: CheckContext, target: Expression): void {
  if (target.kind !== 'range') return;
  checkPageMultiple(context, target.from, 'address', 'down');
  checkPageMultiple(context, target.limit, target.form === 'for' ? 'size' : 'address', 'up');
}

/** A number between two bounds, if it is known. */
export function checkBounds(
  context: CheckContext,
  expression: Expression | undefined,
  what: string,
  minimum: bigint,
  maximum: bigint,
): void {
  const value = expression && foldNumber(expression, context.lookup);
  if (!expression || value === undefined || (value >= minimum && value <= maximum)) return;
  const limits = maximum === MAX_VALUE ? `at least ${minimum}` : `between ${minimum} and ${maximum}`;
  context.report('outOfRange', `${what} is ${limits}.`, expression.range);
}
