/**
 * The unit tests as they are run by `npm test`: bundled, because the machine's constants are enums, which a bundler puts in their
 * places and a loader looks up each time (three to five times slower). A single file runs from source: `npx mocha FILE`.
 */
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { cache, fromRoot, root } from './paths.mjs';

const OUT = path.join(cache, 'unit');

function testFiles() {
  const names = readdirSync(fromRoot('test'), { recursive: true }).map(
    (name) => `test/${name.split(path.sep).join('/')}`,
  );
  return names.filter((name) => name.endsWith('.test.ts') && !name.startsWith('test/e2e/'));
}

/** Where a source lies is where it was, not where its bundle is. */
const places = {
  name: 'places',
  setup(build) {
    build.onLoad({ filter: /\.tsx?$/ }, ({ path: file }) => {
      const text = readFileSync(file, 'utf8');
      if (!/\b__(dir|file)name\b/.test(text)) return undefined;
      const contents = text
        .replace(/\b__dirname\b/g, JSON.stringify(path.dirname(file)))
        .replace(/\b__filename\b/g, JSON.stringify(file));
      return { contents, loader: file.endsWith('x') ? 'tsx' : 'ts' };
    });
  },
};

/** Bundles all; returns the files to run. */
export async function bundleUnitTests() {
  const { build } = await import('esbuild');
  rmSync(OUT, { recursive: true, force: true });
  const files = testFiles();
  await build({
    absWorkingDir: root,
    entryPoints: files,
    outdir: OUT,
    outbase: root,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'warning',
    plugins: [places],
  });
  return files.map((name) => path.join(OUT, name.replace(/\.ts$/, '.mjs')));
}
