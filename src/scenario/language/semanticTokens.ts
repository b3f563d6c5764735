/** What each name of a file is: a grammar sees words, the checker knows regions, processes, constants and functions. */
import { analyse } from './analysis';
import type { Range } from './ast';
import { ENUMERATIONS } from './kinds';
import { findKey } from './settings';
import { nameRow } from './names';
import { comparePositions } from './positions';
import type { BindingType } from './scope';
import type { Sources } from './sources';
import { visitExpressions, visitStatements } from './visit';

/** Standard types and modifiers of editors, so that every theme has colours for them. */
export const TOKEN_TYPES = ['variable', 'namespace', 'parameter', 'function', 'enumMember', 'property'] as const;
export const TOKEN_MODIFIERS = ['declaration', 'readonly', 'defaultLibrary'] as const;
export type TokenType = (typeof TOKEN_TYPES)[number];
export type TokenModifier = (typeof TOKEN_MODIFIERS)[number];

export interface SemanticToken {
  range: Range;
  type: TokenType;
  modifiers: readonly TokenModifier[];
}

const BOUND: Readonly<Record<BindingType, readonly [TokenType, ...TokenModifier[]]>> = {
  region: ['variable'],
  process: ['namespace'],
  constant: ['variable', 'readonly'],
  loop: ['parameter'],
  broken: ['variable'],
};
const ENUMERATED = new Set(Object.values(ENUMERATIONS).flat());

/** In order of place, none twice, each within one line. */
export function semanticTokens(source: string | Sources): SemanticToken[] {
  const { file, bindings, references } = analyse(source);
  const found = new Map<string, SemanticToken>();
  const add = (range: Range, type: TokenType, ...modifiers: TokenModifier[]): void => {
    const { start, end } = range;
    const key = `${start.line}:${start.column}`;
    if (start.line === end.line && start.column < end.column && !found.has(key))
      found.set(key, { range, type, modifiers });
  };
  for (const { range, type, file: number } of bindings) {
    const [token, ...modifiers] = BOUND[type];
    if (number === 0) add(range, token, ...modifiers, 'declaration');
  }
  for (const { range, binding } of references) add(range, ...BOUND[binding.type]);
  visitStatements(file, (statement) => {
    if (statement.kind === 'machine')
      for (const setting of statement.settings) if (findKey(setting)) add(setting.key.range, 'property');
    visitExpressions(statement, (expression) => {
      if (expression.kind === 'member') add(expression.property.range, 'property');
      if (expression.kind !== 'name') return;
      const row = nameRow(expression.name);
      if (!row) return;
      if (row.parameters) add(expression.range, 'function', 'defaultLibrary');
      else if (ENUMERATED.has(row.name)) add(expression.range, 'enumMember', 'defaultLibrary');
      else add(expression.range, 'variable', 'defaultLibrary');
    });
  });
  return [...found.values()].sort((a, b) => comparePositions(a.range.start, b.range.start));
}
