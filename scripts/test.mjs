/**
 * npm test: installs what is missing, then every check, the cheap ones first, up to the first that fails.
 * The last line is `N passed, N failed` over all test runs; a stage that failed without a failed test counts as one.
 *   node scripts/test.mjs [STAGE…]     default: all stages
 */
import { failure, heading, note, seconds, step } from './lib/log.mjs';
import { installProject } from './lib/install.mjs';
import { fromRoot } from './lib/paths.mjs';
import { main, Problem, run, tool } from './lib/run.mjs';
import { readTally, reporter, startTally } from './lib/tally.mjs';
import { bundleUnitTests } from './lib/unitTests.mjs';

const script = (name) => run(process.execPath, [fromRoot('scripts', name)]);

const STAGES = {
  typecheck: () => script('typecheck.mjs'),
  lint: () => script('lint.mjs'),
  unit: async () => {
    const files = await bundleUnitTests();
    const options = ['--no-config', '--enable-source-maps', '--timeout', '20000', '--reporter', reporter];
    return tool('mocha/bin/mocha.js', [...options, ...(process.env.CI ? ['--forbid-only'] : []), ...files]);
  },
  grammar: () => script('grammar.mjs'),
  build: () => script('build.mjs'),
  e2e: () => run(process.execPath, [fromRoot('test/e2e/run.mjs')]),
};

await main(async () => {
  const unknown = process.argv.slice(2).find((name) => !(name in STAGES));
  if (unknown) throw new Problem(`no stage ${unknown}; there are ${Object.keys(STAGES).join(', ')}`);
  const stages = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(STAGES);
  const start = performance.now();
  await installProject();
  startTally();
  let broken;
  for (const stage of stages) {
    const code = await step(stage, STAGES[stage]);
    if (code !== 0) {
      broken = stage;
      break;
    }
  }
  const { passed, failed } = readTally();
  if (broken) failure(`${broken} failed`);
  else heading('all stages passed');
  note(`total: ${seconds(start)}`);
  console.log(`${passed} passed, ${broken ? Math.max(failed, 1) : failed} failed`);
  return broken ? 1 : 0;
});
