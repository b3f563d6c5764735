/** The TextMate grammars: caret assertions in the files beside this one, and one made of the language's own tables. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MACHINE_KEYS } from '../../src/scenario/language/machineKeys';
import { NAMES } from '../../src/scenario/language/names';
import { STATEMENTS } from '../../src/scenario/language/statements';

const ROOT = join(__dirname, '../..');
const RUNNER = join(ROOT, 'node_modules/vscode-tmgrammar-test/dist/unit.js');
const GRAMMARS = ['ptscen', 'ptlisting'].flatMap((name) => ['-g', join(ROOT, `syntaxes/${name}.tmLanguage.json`)]);
const run = promisify(execFile);

async function assertHighlighting(file: string): Promise<void> {
  const failure = await run(process.execPath, [RUNNER, ...GRAMMARS, file], { cwd: ROOT }).then(
    () => undefined,
    (error: { stdout?: string }) => error.stdout ?? 'the runner did not start',
  );
  assert.equal(failure, undefined, failure);
}

/** A line with carets below the word that must have the scope. */
function assertion(line: string, word: string, scope: string): string {
  const column = line.indexOf(word);
  // Carets cannot stand under the comment sign that the assertion begins with.
  const from = Math.max(1, column);
  return `${line}\n#${' '.repeat(from - 1)}${'^'.repeat(column + word.length - from)} ${scope}.ptscen`;
}

describe('the grammars', () => {
  for (const file of readdirSync(__dirname).filter((name) => /\.test\.pt(scen|listing)$/.test(name))) {
    it(`highlight as ${file} says`, () => assertHighlighting(join(__dirname, file)));
  }

  it('know every statement, machine key and name that the language knows', async () => {
    const statements = STATEMENTS.filter(({ name }) => name !== 'machine').map(({ name, example }) => {
      const line = example.split('\n')[0];
      return assertion(
        line,
        name.split(' ')[0],
        /^(if|for|repeat|break|parallel)$/.test(name) ? 'keyword.control' : 'keyword.other.statement',
      );
    });
    const keys = MACHINE_KEYS.map(({ key }) => assertion(`  ${key} 1`, key, 'support.type.property-name'));
    const names = NAMES.map(({ name, parameters, kind }) => {
      const scope = parameters
        ? 'support.function'
        : ['none', 'faultKind', 'walkResult'].includes(kind)
          ? 'constant.language'
          : '';
      const own = scope || (kind === 'accessKind' || name === 'thp' ? '' : 'support.variable');
      return own && name !== 'thp' ? assertion(`expect ${name}${parameters ? '(1)' : ''}`, name, own) : '';
    });
    const text = ['# SYNTAX TEST "source.ptscen"', 'machine {', ...keys, '}', ...statements.map(closed), ...names];
    const folder = mkdtempSync(join(tmpdir(), 'ptscope-grammar-'));
    writeFileSync(join(folder, 'tables.test.ptscen'), text.join('\n') + '\n');
    await assertHighlighting(join(folder, 'tables.test.ptscen')).finally(() => rmSync(folder, { recursive: true }));
  });
});

/** Closes the block that an example opens, so that the next line starts outside. */
const closed = (text: string): string => (text.split('\n')[0].endsWith('{') ? `${text}\n}` : text);

describe('the editor files', () => {
  const read = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, 'syntaxes', name), 'utf8'));

  it('are JSON', () => {
    for (const name of readdirSync(join(ROOT, 'syntaxes'))) assert.ok(read(name), name);
  });

  it('take an address with its separators for one word', () => {
    const { wordPattern } = read('language-configuration.json') as { wordPattern: string };
    assert.deepEqual('write heap+0x5555_5540_0000'.match(new RegExp(wordPattern, 'g')), [
      ...['write', 'heap', '0x5555_5540_0000'],
    ]);
  });
});
