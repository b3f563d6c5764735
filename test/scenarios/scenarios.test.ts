/**
 * The scenarios beside this file, run as `ptscope test` runs them; and what they must cover: whatever the language says that
 * this version can do has to be shown by one of them.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { TestSuite } from '../../src/protocol/tests';
import { Recorder } from '../../src/machine/core/probe';
import { FAULT_KINDS, SIGNALS } from '../../src/machine/kernel/faults/verdict';
import type { Statement } from '../../src/scenario/language/ast';
import { ADVICE } from '../../src/machine/core/advice';
import { analyse } from '../../src/scenario/language/analysis';
import { format } from '../../src/scenario/language/formatter';
import { readSources } from '../../src/scenario/language/readSources';
import { STATEMENTS } from '../../src/scenario/language/statements';
import { blocksOf } from '../../src/scenario/language/visit';
import { testsOf } from '../../src/scenario/run/compile';
import { loadRun } from '../../src/scenario/run/load';
import type { Run } from '../../src/scenario/run/run';
import { nodeFiles } from '../../src/hosts/nodeFiles';
import { ptscope } from '../cli/support';

const FILES = readdirSync(__dirname).filter((name) => name.endsWith('.ptscen'));
const INCLUDED = ['common.ptscen'];
const pathOf = (name: string): string => path.join(__dirname, name);
const textOf = (name: string): string => readFileSync(pathOf(name), 'utf8');

function* statementsIn(statements: readonly Statement[]): Generator<Statement> {
  for (const statement of statements) {
    yield statement;
    if (statement.kind === 'expectFails') yield* statementsIn([statement.statement]);
    for (const block of blocksOf(statement)) yield* statementsIn(block.statements);
  }
}

const finish = (run: Run): void => {
  while (run.end === null) run.fast(100_000, null);
};

function record(run: Run): void {
  run.machine.probe.recorder = new Recorder();
  run.step();
  run.machine.probe.recorder = null;
}

describe('the scenarios', () => {
  for (const name of FILES) {
    describe(name, () => {
      it('has no diagnostics and is laid out as the formatter does it', async () => {
        const text = textOf(name);
        const { diagnostics } = analyse(await readSources(pathOf(name), text, nodeFiles));
        assert.deepEqual(diagnostics, []);
        assert.equal(format(text), text);
      });

      if (INCLUDED.includes(name)) return;
      it('holds, test by test', async () => {
        const { out, err, code } = await ptscope(['test', pathOf(name), '--format', 'json']);
        const suites = JSON.parse(out) as TestSuite[];
        for (const { test, cases, error } of suites) {
          const wrong = cases.filter(({ status }) => status !== 'passed');
          assert.deepEqual([error, wrong], [undefined, []], test);
          assert.ok(cases.length > 0, `${test} expects nothing`);
        }
        assert.deepEqual([code, err], [0, '']);
      });

      it('comes to the same end fast, recorded, and from a saved state', async () => {
        const { sources } = await loadRun(pathOf(name), nodeFiles);
        for (const { name: test } of testsOf(sources)) {
          const { run } = await loadRun(pathOf(name), nodeFiles, { test });
          finish(run);
          const fast = [run.tick, run.stateHash()];
          const other = (await loadRun(pathOf(name), nodeFiles, { test })).run;
          other.fast(Math.floor(run.tick / 2), null);
          const saved = other.save();
          while (other.end === null) record(other);
          assert.deepEqual([other.tick, other.stateHash()], fast, `${test}: recorded`);
          other.load(saved);
          finish(other);
          assert.deepEqual([other.tick, other.stateHash()], fast, `${test}: from the middle`);
        }
      });
    });
  }
});

describe('together they use', () => {
  const all = FILES.flatMap((name) => [...statementsIn(analyse(textOf(name)).file.statements)]);
  const words = FILES.map(textOf).join('\n');

  for (const { name, supported } of STATEMENTS) {
    // What a statement is called is what its node is called, except for the block of settings.
    if (supported && name !== 'machine')
      it(`\`${name}\``, () => assert.ok(all.some(({ keyword }) => keyword === name)));
  }

  for (const advice of ADVICE)
    it(`\`madvise … ${advice}\``, () =>
      assert.ok(all.some((statement) => statement.kind === 'madvise' && statement.advice.text === advice)));

  for (const kind of [...FAULT_KINDS.filter((kind) => kind !== 'fatal'), ...SIGNALS])
    it(`a fault that is ${kind}`, () => assert.ok(new RegExp(`(fault|\\]) == ${kind}\\b`).test(words)));

  for (const key of [
    'thp',
    'zeropage',
    'swap',
    'nodes',
    'cpus',
    'pcid',
    'kpti',
    'replacement',
    'emt defaults',
    'flush drop',
    'cost',
  ])
    it(`the machine key \`${key}\``, () => assert.ok(new RegExp(`^  ${key.replace(' ', ' +')} `, 'm').test(words)));
});
