/** What the editor says about the word under the mouse, as Markdown. */
import { describeSplit } from './addressSplit';
import { analyse, type Analysis } from './analysis';
import type { Expression, Position, Range, Setting, Statement } from './ast';
import { checkExpression } from './checkExpression';
import { fold, type Constant } from './fold';
import { kindRow, memberOf, titleOf } from './kinds';
import { bindingsAt, contextAt, expressionsAt, settingAt, statementAt } from './locate';
import { defaultOf } from './machineKeys';
import { nameRow } from './names';
import { formatHex, formatSize } from './numbers';
import { rangeOf, touches } from './positions';
import { formatOf } from './schemes';
import type { Binding } from './scope';
import { findKey } from './settings';
import type { Sources } from './sources';
import { statementRow } from './statements';

export interface Hover {
  markdown: string;
  range: Range;
}

const NOT_YET = '*Not available in this version of ptscope yet.*';
const code = (text: string): string => '```ptscen\n' + text + '\n```';
const joined = (...parts: (string | undefined)[]): string => parts.filter((part) => part).join('\n\n');

export function hover(source: string | Sources, position: Position): Hover | undefined {
  const analysis = analyse(source);
  const setting = settingAt(analysis, position);
  if (setting) return hoverSetting(analysis, setting);
  const statement = statementAt(analysis, position);
  if (!statement) return undefined;
  return (
    hoverKeyword(statement, position) ?? hoverName(analysis, position) ?? hoverValue(analysis, statement, position)
  );
}

function hoverSetting({ config }: Analysis, setting: Setting): Hover | undefined {
  const found = findKey(setting);
  if (!found) return undefined;
  const { row } = found;
  const preset = typeof row.default === 'string' ? '' : ` (preset \`${config.preset}\`)`;
  const later = row.laterValues.length > 0 ? `Not available yet: ${row.laterValues.join(', ')}.` : undefined;
  const initial = `Default: \`${defaultOf(row, config.preset)}\`${preset}.`;
  return {
    markdown: joined(code(row.syntax), row.doc, initial, row.supported ? later : NOT_YET),
    range: setting.range,
  };
}

function hoverKeyword({ keyword, range: { start } }: Statement, position: Position): Hover | undefined {
  const row = statementRow(keyword);
  const range = rangeOf(start.line, start.column, start.column + keyword.length);
  if (!row || !touches(range, position)) return undefined;
  const note = row.supported ? undefined : NOT_YET;
  return { markdown: joined(code(row.syntax), row.summary, note, 'Example:', code(row.example)), range };
}

/** A name where a statement binds or names it; uses in expressions are hoverValue's. */
function hoverName(analysis: Analysis, position: Position): Hover | undefined {
  const binding = analysis.bindings.find(({ file, range }) => file === 0 && touches(range, position));
  return binding && { markdown: joined(describeBinding(binding), splitOf(analysis, binding)), range: binding.range };
}

function describeBinding({ name, type, size, start, value, process }: Binding): string {
  if (type === 'region') {
    const place = start === undefined ? '' : ` at \`${formatHex(start)}\``;
    const bytes = size === undefined ? '' : ` of ${formatSize(size)}`;
    return `\`${name}\`: region${bytes}${place}${process === undefined ? '' : ` of process \`${process}\``}`;
  }
  const shown = value === undefined ? '' : ` = ${describeConstant(value)}`;
  return `\`${name}\`: ${type === 'loop' ? 'address of the loop' : type}${shown}`;
}

function describeConstant(value: Constant): string {
  if (typeof value !== 'bigint') return `\`${typeof value === 'string' ? JSON.stringify(value) : value}\``;
  const size = formatSize(value);
  const forms = [value.toString(), formatHex(value), ...(/^\d{1,4}[A-Z]/.test(size) ? [size] : [])];
  return forms.map((form) => `\`${form}\``).join(' = ');
}

function splitOf({ config }: Analysis, { start, value }: Binding): string | undefined {
  const format = formatOf(config.scheme);
  const address = start ?? (typeof value === 'bigint' ? value : undefined);
  return format && address !== undefined && looksLikeAddress(address) ? describeSplit(address, format) : undefined;
}

const looksLikeAddress = (value: bigint): boolean => value >= 0x1_0000n;

function hoverValue(analysis: Analysis, statement: Statement, position: Position): Hover | undefined {
  const touched = expressionsAt(statement, position);
  const inner = touched.at(-1);
  if (!inner) return undefined;
  const context = contextAt(analysis, statement.range.start);
  // The whole sum is the address, not one of its terms.
  const constant = touched.find((expression) => fold(expression, context.lookup) !== undefined);
  const value = constant && fold(constant, context.lookup);
  const format = formatOf(analysis.config.scheme);
  const split =
    constant && format && typeof value === 'bigint' && isAddress(constant, value)
      ? describeSplit(value, format)
      : undefined;
  const word = describeExpression(analysis, inner, position);
  const sum = constant && value !== undefined && constant.kind !== 'name' ? describeConstant(value) : undefined;
  const markdown = joined(word, sum, split);
  return markdown === '' ? undefined : { markdown, range: split ? (constant?.range ?? inner.range) : inner.range };
}

/** A size (`64MiB`) is none, however large. */
const isAddress = (expression: Expression, value: bigint): boolean =>
  looksLikeAddress(value) && !(expression.kind === 'number' && /[A-Z]/.test(expression.text));

function describeExpression(analysis: Analysis, expression: Expression, position: Position): string | undefined {
  switch (expression.kind) {
    case 'name': {
      const binding = bindingsAt(analysis, position).find(({ name }) => name === expression.name);
      if (binding) return describeBinding(binding);
      const row = nameRow(expression.name);
      const parameters = row?.parameters ? `(${row.parameters.map(({ name }) => name).join(', ')})` : '';
      return row && joined(`\`${row.name}${parameters}\`: ${row.doc}`, membersOf(row.kind));
    }
    case 'member': {
      const kind = checkExpression(contextAt(analysis, position), expression.object, 'any');
      const row = memberOf(kind, expression.property.name);
      return row && joined(`\`.${row.name}\` of ${titleOf(kind)}: ${row.doc}`, membersOf(row.kind));
    }
    default:
      return undefined;
  }
}

function membersOf(kind: string): string | undefined {
  const members = kindRow(kind)?.members.map(({ name }) => `\`.${name}\``);
  return members && members.length > 0 ? `Members: ${members.join(' ')}` : undefined;
}
