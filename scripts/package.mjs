/** npm run package: a minified build in ptscope-VERSION.vsix, which may not grow beyond its limit. */
import { readFileSync, statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { installProject } from './lib/install.mjs';
import { note } from './lib/log.mjs';
import { fromRoot } from './lib/paths.mjs';
import { main, Problem, tool } from './lib/run.mjs';

const LIMIT_BYTES = 2_500_000;

/** Everything is bundled, and the README's pictures come with the package. */
const OPTIONS = ['--no-dependencies', '--no-rewrite-relative-links', '--allow-missing-repository'];

/** Returns the path of the package. dist/ holds the ordinary build again afterwards. */
export async function makePackage() {
  const { name, version } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8'));
  const file = fromRoot(`${name}-${version}.vsix`);
  await build({ minify: true });
  const code = await tool('@vscode/vsce/vsce', ['package', '--out', file, ...OPTIONS]);
  if (code !== 0) throw new Problem(`vsce ended with exit code ${code}`);
  await build();
  const { size } = statSync(file);
  note(`${file}: ${(size / 1000).toFixed(0)} kB`);
  if (size > LIMIT_BYTES) throw new Problem(`the package is larger than ${LIMIT_BYTES / 1000} kB`);
  return file;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await main(async () => {
    await installProject();
    await makePackage();
  });
}
