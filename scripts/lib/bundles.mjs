/** What gets built: one row a bundle. Entry points that do not exist are left out. */
import { existsSync, readdirSync } from 'node:fs';
import { fromRoot } from './paths.mjs';

const node = { platform: 'node', format: 'cjs', target: 'node20' };
/** @vscode/debugadapter needs two of Node's modules: `events` is an npm package of the same name, `url` is ours. */
const web = {
  platform: 'browser',
  format: 'cjs',
  target: 'es2022',
  alias: { url: fromRoot('scripts/polyfills/url.mjs') },
};

/** A shebang in src/hosts/cli.ts would come twice: it is added here. */
const HOSTS = [
  { entry: 'src/hosts/desktop.ts', output: 'dist/extension.js', options: { ...node, external: ['vscode'] } },
  { entry: 'src/hosts/web.ts', output: 'dist/extension.web.js', options: { ...web, external: ['vscode'] } },
  { entry: 'src/hosts/cli.ts', output: 'dist/cli.js', options: { ...node, banner: { js: '#!/usr/bin/env node' } } },
];

const page = {
  platform: 'browser',
  format: 'iife',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  loader: { '.svg': 'dataurl', '.ttf': 'file' },
  assetNames: '[name]',
};

/** Every folder of webview/ with a main.tsx is a page: dist/webview/NAME.js, and NAME.css when it imports styles. */
function pages() {
  const folder = fromRoot('webview');
  const names = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
  return names
    .filter((entry) => entry.isDirectory() && existsSync(fromRoot('webview', entry.name, 'main.tsx')))
    .map(({ name }) => ({ entry: `webview/${name}/main.tsx`, output: `dist/webview/${name}.js`, options: page }));
}

export function bundles() {
  const all = [...HOSTS, ...pages()];
  return {
    present: all.filter(({ entry }) => existsSync(fromRoot(entry))),
    absent: all.filter(({ entry }) => !existsSync(fromRoot(entry))),
  };
}
