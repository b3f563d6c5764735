/**
 * Draws every picture of pictures.ts in every theme with a headless Chromium: `npx tsx test/webview/shoot.ts OUT [only]`.
 * For looking at while working on the view; the page has the same content security policy as in VS Code.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { NESTED_PICTURES, pae } from './nestedPictures';
import { PICTURES } from './pictures';
import { THEMES, type Theme } from './themes';

const NONCE = 'harness';
const WIDTHS = [500, 900];
const HEIGHT = Number(process.env.HEIGHT ?? 1060);

async function main(out: string, only: string | undefined): Promise<void> {
  mkdirSync(out, { recursive: true });
  const root = resolve(__dirname, '../..');
  await build({
    entryPoints: [join(root, 'webview/walk/main.tsx')],
    outfile: join(out, 'walk.js'),
    tsconfig: join(root, 'webview/tsconfig.json'),
    bundle: true,
    format: 'iife',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    logLevel: 'error',
  });
  const nested = await Promise.all(
    Object.entries({ ...NESTED_PICTURES, pae }).map(async ([name, make]) => [`nested-${name}`, await make()] as const),
  );
  for (const [pictureName, picture] of [...Object.entries(PICTURES), ...nested]) {
    for (const [themeName, theme] of Object.entries(THEMES)) {
      for (const width of WIDTHS) {
        const name = `${pictureName}-${themeName}-${width}`;
        if (only && !new RegExp(only).test(name)) continue;
        const html = join(out, `${name}.html`);
        writeFileSync(html, page(theme, JSON.stringify({ type: 'picture', picture, travels: true })));
        shoot(html, join(out, `${name}.png`), width);
      }
    }
  }
}

function page({ bodyClass, variables }: Theme, message: string): string {
  const css = Object.entries(variables).map(([name, value]) => `--vscode-${name}: ${value};`);
  const policy = `default-src 'none'; style-src 'self' file: 'nonce-${NONCE}'; script-src file: 'nonce-${NONCE}'`;
  return `<!DOCTYPE html><html><head><meta charset="utf-8">
<meta property="csp-nonce" content="${NONCE}">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<style nonce="${NONCE}">:root { ${css.join(' ')} }</style>
<link rel="stylesheet" href="walk.css"></head><body class="${bodyClass}"><div id="root"></div>
<script nonce="${NONCE}">
const kept = {}; const posted = [];
function acquireVsCodeApi() {
  return { postMessage: (m) => { posted.push(m); }, getState: () => kept.state, setState: (s) => { kept.state = s; } };
}
</script>
<script nonce="${NONCE}" src="walk.js"></script>
<script nonce="${NONCE}">window.postMessage(${message}, '*');</script>
</body></html>`;
}

function shoot(html: string, png: string, width: number): void {
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--force-device-scale-factor=1.5'];
  const args = [
    ...flags,
    `--window-size=${width},${HEIGHT}`,
    '--virtual-time-budget=2000',
    `--screenshot=${png}`,
    `file://${html}`,
  ];
  const output = execFileSync('chromium', ['--enable-logging=stderr', ...args], { encoding: 'utf8', stdio: 'pipe' });
  process.stdout.write(output);
}

void main(resolve(process.argv[2] ?? '/tmp/walk-shots'), process.argv[3]);
