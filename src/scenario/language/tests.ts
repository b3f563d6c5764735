/** What of a scenario's text can be run as a test. Included files are looked at where they are, not here. */
import type { Range, Statement } from './ast';
import { parse } from './parser';
import { blocksOf } from './visit';

export interface TestBlock {
  name: string;
  range: Range;
}

export interface TestOutline {
  /** The first expectation outside of tests: with one, the file itself is a test. */
  own?: Range;
  /** The file's `test` blocks, in order. Of two with one name the checker complains; only the first can be run. */
  tests: TestBlock[];
}

export function testOutline(text: string): TestOutline {
  const { statements } = parse(text).file;
  const tests = new Map<string, TestBlock>();
  for (const statement of statements) {
    if (statement.kind !== 'test') continue;
    const { name, range } = statement;
    if (name.value !== '' && !tests.has(name.value)) tests.set(name.value, { name: name.value, range });
  }
  const own = firstExpectation(statements);
  return { ...(own && { own }), tests: [...tests.values()] };
}

function firstExpectation(statements: readonly Statement[]): Range | undefined {
  for (const statement of statements) {
    if (statement.kind === 'test') continue;
    if (statement.kind === 'expect' || statement.kind === 'expectFails') return statement.range;
    const inner = blocksOf(statement).map((block) => firstExpectation(block.statements));
    const found = inner.find((range) => range !== undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}
