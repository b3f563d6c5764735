/**
 * The tests in a real VS Code: `suite/` inside the extension host, `ui/` from outside, through the workbench.
 *   node test/e2e/run.mjs [host] [ui] [--grep TEXT]     default: both
 */
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { requireChromium } from '../../scripts/lib/chromium.mjs';
import { findDesktop } from '../../scripts/lib/desktop.mjs';
import { installProject, installRig } from '../../scripts/lib/install.mjs';
import { note, step } from '../../scripts/lib/log.mjs';
import { cache, examples, fromRoot, rig, root } from '../../scripts/lib/paths.mjs';
import { main, Problem, tool } from '../../scripts/lib/run.mjs';
import { reporter } from '../../scripts/lib/tally.mjs';

const built = path.join(cache, 'e2e');
const UI_TIMEOUT_MS = 120_000;

/** Every test file becomes a module of its own beside index.js, which finds them there. */
async function bundleSuite() {
  const { build } = await import('esbuild');
  const folder = fromRoot('test/e2e/suite');
  fs.rmSync(built, { recursive: true, force: true });
  await build({
    entryPoints: fs
      .readdirSync(folder)
      .filter((name) => name === 'index.ts' || name.endsWith('.test.ts'))
      .map((name) => path.join(folder, name)),
    outdir: built,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
  });
}

/** Copies to our output what the suite writes to its log: consoles of extension hosts go nowhere reliable. */
function follow(file) {
  fs.writeFileSync(file, '');
  let position = 0;
  const copy = () => {
    const bytes = fs.readFileSync(file);
    process.stdout.write(bytes.subarray(position));
    position = bytes.length;
  };
  const timer = setInterval(copy, 200);
  return () => {
    clearInterval(timer);
    copy();
  };
}

async function hostSuite(grep) {
  await bundleSuite();
  const desktop = findDesktop();
  note(desktop ? `in ${desktop}` : 'in the served VS Code');
  const { runTests } = await import('@vscode/test-electron');
  const log = path.join(built, 'mocha.log');
  const stop = follow(log);
  try {
    await runTests({
      vscodeExecutablePath: desktop ?? path.join(rig, 'code-shim.mjs'),
      extensionDevelopmentPath: root,
      extensionTestsPath: path.join(built, 'index.js'),
      extensionTestsEnv: { PTSCOPE_TEST_LOG: log, PTSCOPE_REPORTER: reporter, PTSCOPE_GREP: grep },
      launchArgs: [examples],
    });
    return 0;
  } catch (error) {
    if (error.code !== 1) console.error(error); // with 1, mocha's verdict, the listing says it all
    return 1;
  } finally {
    stop();
  }
}

function uiSuite(grep) {
  const files = fs.readdirSync(fromRoot('test/e2e/ui')).filter((name) => name.endsWith('.test.mjs'));
  const options = [
    '--no-config',
    '--reporter',
    reporter,
    '--timeout',
    String(UI_TIMEOUT_MS),
    ...(grep ? ['--grep', grep] : []),
  ];
  return tool('mocha/bin/mocha.js', [...options, ...files.map((name) => `test/e2e/ui/${name}`)]);
}

const SUITES = { host: hostSuite, ui: uiSuite };

await main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { grep: { type: 'string', default: '' } },
  });
  const unknown = positionals.find((name) => !(name in SUITES));
  if (unknown) throw new Problem(`no suite ${unknown}; there are ${Object.keys(SUITES).join(' and ')}`);
  await installProject();
  await installRig();
  note(`browser: ${await requireChromium()}`);
  for (const suite of positionals.length > 0 ? positionals : Object.keys(SUITES)) {
    const code = await step(`e2e ${suite}`, () => SUITES[suite](values.grep));
    if (code !== 0) return code;
  }
  return 0;
});
