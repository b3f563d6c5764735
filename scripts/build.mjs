/**
 * Bundles the extension's hosts, the command line and the webviews into dist/.
 *   node scripts/build.mjs [--watch | --minify]
 */
import { chmodSync, rmSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { bundles } from './lib/bundles.mjs';
import { isFresh, rememberBuild } from './lib/freshness.mjs';
import { note, seconds } from './lib/log.mjs';
import { fromRoot, root } from './lib/paths.mjs';
import { main } from './lib/run.mjs';

/** Files besides the bundles' own inputs that decide what comes out. */
const RECIPE_FILES = ['scripts/build.mjs', 'scripts/lib/bundles.mjs', 'tsconfig.json', 'webview/tsconfig.json'];

function esbuildOptions({ entry, output, options }, { minify }) {
  return {
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: output,
    bundle: true,
    metafile: true,
    minify,
    sourcemap: minify ? false : 'linked',
    logLevel: 'warning',
    ...options,
  };
}

const makeExecutable = ({ output }) => output.endsWith('cli.js') && chmodSync(fromRoot(output), 0o755);

/** Builds what is out of date; returns whether anything was. */
export async function build({ minify = false } = {}) {
  const { present, absent } = bundles();
  const recipe = JSON.stringify({ minify, present });
  if (isFresh(recipe)) return false;
  const { build: esbuild } = await import('esbuild');
  rmSync(fromRoot('dist'), { recursive: true, force: true });
  for (const { entry, output } of absent) note(`${output}: skipped, there is no ${entry}`);
  const results = await Promise.all(present.map((bundle) => esbuild(esbuildOptions(bundle, { minify }))));
  present.forEach(makeExecutable);
  const files = results.flatMap(({ metafile }) => [...Object.keys(metafile.inputs), ...Object.keys(metafile.outputs)]);
  const sources = files.filter((file) => !file.includes(':'));
  rememberBuild(recipe, [...new Set([...sources, ...RECIPE_FILES])]);
  for (const { metafile } of results) {
    for (const [file, { bytes }] of Object.entries(metafile.outputs)) {
      if (!file.endsWith('.map')) note(`${file} ${(bytes / 1024).toFixed(0)} kB`);
    }
  }
  return true;
}

/** Says when a round starts and ends, in words that .vscode/tasks.json waits for. */
function announce(bundle) {
  return {
    name: 'announce',
    setup(context) {
      context.onStart(() => console.log(`[watch] ${bundle.output} started`));
      context.onEnd(({ errors }) => {
        if (errors.length === 0) makeExecutable(bundle);
        console.log(`[watch] ${bundle.output} finished`);
      });
    },
  };
}

async function watch() {
  const { context } = await import('esbuild');
  for (const bundle of bundles().present) {
    const watcher = await context({ ...esbuildOptions(bundle, { minify: false }), plugins: [announce(bundle)] });
    await watcher.watch();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    const { values } = parseArgs({ options: { watch: { type: 'boolean' }, minify: { type: 'boolean' } } });
    if (values.watch) return watch();
    const start = performance.now();
    const built = await build({ minify: values.minify });
    note(`${built ? 'built' : 'nothing to build'} (${seconds(start)})`);
  });
}
