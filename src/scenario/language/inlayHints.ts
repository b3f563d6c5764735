/** What a person would work out with a pencil: sizes in pages, addresses in table indices, values of constants, counts. */
import type { PagingFormat } from '../../machine/paging/format';
import { splitAddress } from './addressSplit';
import { analyse } from './analysis';
import type { AccessStatement, Expression, Position, Range, Statement } from './ast';
import { foldNumber, foldRange, type Lookup } from './fold';
import { contextAt } from './locate';
import { formatHex, PAGE_BYTES } from './numbers';
import { DEFAULT_ACCESS_BYTES, stepCount } from './patternBounds';
import { formatOf } from './schemes';
import type { Sources } from './sources';
import { visitStatements } from './visit';

export interface InlayHint {
  position: Position;
  label: string;
  tooltip: string;
}

/** From here on a number is shown as an address. */
const LEAST_ADDRESS = 0x1_0000n;

/** In the lines of `range`; without one, in the whole file. */
export function inlayHints(source: string | Sources, range?: Range): InlayHint[] {
  const analysis = analyse(source);
  const format = formatOf(analysis.config.scheme);
  const hints: InlayHint[] = [];
  visitStatements(analysis.file, (statement) => {
    const { line } = statement.range.start;
    if (range && (line < range.start.line || line > range.end.line)) return;
    // What a statement binds is visible behind it.
    const { lookup } = contextAt(analysis, statement.range.start);
    hints.push(...hintsOf(statement, lookup, format));
  });
  return hints;
}

function hintsOf(statement: Statement, lookup: Lookup, format: PagingFormat | undefined): InlayHint[] {
  switch (statement.kind) {
    case 'mmap':
      return [...pagesOf(statement.size, lookup), ...fieldsOf(statement.at, lookup, format)];
    case 'mremap':
      return [...pagesOf(statement.size, lookup), ...fieldsOf(statement.at, lookup, format)];
    case 'let':
      return valueOf(statement.value, lookup);
    case 'for':
      return turnsOf(statement.target, statement.step, lookup);
    case 'access':
      return accessesOf(statement, lookup);
    case 'expectFails':
      return hintsOf(statement.statement, lookup, format);
    default:
      return [];
  }
}

const hint = ({ range: { end } }: Expression, label: string, tooltip: string): InlayHint => ({
  position: end,
  label,
  tooltip,
});

function pagesOf(size: Expression, lookup: Lookup): InlayHint[] {
  const bytes = foldNumber(size, lookup);
  if (bytes === undefined || bytes <= PAGE_BYTES || bytes % PAGE_BYTES !== 0n) return [];
  const pages = grouped(bytes / PAGE_BYTES);
  return [hint(size, `${pages} pages`, `${grouped(bytes)} bytes, ${pages} pages of 4 KiB`)];
}

/** The indices that an address means in the scheme's tables. */
function fieldsOf(at: Expression | undefined, lookup: Lookup, format: PagingFormat | undefined): InlayHint[] {
  const address = at && foldNumber(at, lookup);
  if (at === undefined || address === undefined) return [];
  const fields = format && splitAddress(address, format);
  const shown = at.kind === 'number' ? '' : `${formatHex(address)} `;
  const label = fields
    ?.filter(({ name }) => name !== 'offset')
    .map(({ name, value }) => `${name} ${value}`)
    .join(' · ');
  const tooltip = fields?.map(({ name, value, highBit, lowBit }) => `${name}: ${value} (bits ${highBit}:${lowBit})`);
  return label || shown ? [hint(at, `${shown}${label ?? ''}`.trim(), tooltip?.join('\n\n') ?? '')] : [];
}

function valueOf(expression: Expression, lookup: Lookup): InlayHint[] {
  const value = foldNumber(expression, lookup);
  if (value === undefined || expression.kind === 'number' || expression.kind === 'boolean') return [];
  const tooltip = `${formatHex(value)}, ${grouped(value)}`;
  return [hint(expression, `= ${value >= LEAST_ADDRESS ? formatHex(value) : value.toString()}`, tooltip)];
}

function accessesOf({ target, pattern, size }: AccessStatement, lookup: Lookup): InlayHint[] {
  if (pattern === undefined) {
    const isSum = target.kind === 'binary' || target.kind === 'conditional';
    return isSum ? valueOf(target, lookup).map((each) => ({ ...each, label: each.label.slice(2) })) : [];
  }
  if (pattern.kind !== 'step') return [];
  const bytes = size === undefined ? DEFAULT_ACCESS_BYTES : foldNumber(size, lookup);
  const count = countOf(target, pattern.step, bytes === undefined ? undefined : Number(bytes), lookup);
  if (count === undefined) return [];
  return [hint(pattern.step, `${grouped(BigInt(count))} accesses`, 'How many accesses this makes, one a tick.')];
}

function turnsOf(target: Expression, step: Expression, lookup: Lookup): InlayHint[] {
  const length = lengthOf(target, lookup);
  const by = foldNumber(step, lookup);
  if (length === undefined || by === undefined || by === 0n) return [];
  return [hint(step, `${grouped((length + by - 1n) / by)} turns`, 'How often the block runs.')];
}

function countOf(target: Expression, step: Expression, bytes: number | undefined, lookup: Lookup): number | undefined {
  const length = lengthOf(target, lookup);
  const by = foldNumber(step, lookup);
  if (length === undefined || length <= 0n || by === undefined || by === 0n || bytes === undefined) return undefined;
  return stepCount(Number(length), bytes, Number(by));
}

/** A size may be known although the address is not. */
function lengthOf(target: Expression, lookup: Lookup): bigint | undefined {
  if (target.kind === 'name') return lookup(target.name)?.size;
  if (target.kind === 'range' && target.form === 'for') return foldNumber(target.limit, lookup);
  const { start, end } = foldRange(target, lookup);
  return start === undefined || end === undefined ? undefined : end - start;
}

const grouped = (value: bigint): string => value.toString().replace(/\B(?=(\d{3})+$)/g, ',');
