/** Launches one workbench with an extension in it. */
import { openBrowser, serveWebExtension } from './browser.mjs';
import { Core } from './parts/core.mjs';
import { withDebugging } from './parts/debugging.mjs';
import { withEditor } from './parts/editor.mjs';
import { withViews } from './parts/views.mjs';
import { startServer } from './server.mjs';
import { fileURLToPath } from 'node:url';

export { THEMES } from './profile.mjs';
export { sleep, until } from './waiting.mjs';

export class Rig extends withDebugging(withEditor(withViews(Core))) {}

const PROBE = fileURLToPath(new URL('./probe-ext', import.meta.url));

/** Console lines that say nothing about the extension. A failed load carries its address, so a webview's own shows. */
const NOISE = [
  /vsda/,
  /serviceWorker\.js/,
  /\[Service Worker\]/,
  /update\/check/,
  /favicon/,
  /authentication provider '?github/,
  /open-vsx/,
  /allow-scripts and allow-same-origin/,
  /same-origin iframe/,
  /\[AgentHost/,
  /\[ChatModelSelection/,
  /\[AccountPolicyGate/,
  /manifest\.json/,
  /mint-key/,
  /package\.nls\.json/,
  // A row that is unfolded while its tree is refreshed: the tree of VS Code has forgotten it by the time it answers.
  /TreeError \[\S+\] Data tree node not found/,
];

/** Collects what goes wrong on a page. */
function watchConsole(page, { silent }) {
  const state = { problems: [], muted: false };
  const report = (kind, text) => {
    if (state.muted || NOISE.some((noise) => noise.test(text))) return;
    state.problems.push({ kind, text });
    if (!silent) console.error(`[${kind}] ${text.slice(0, 300)}`);
  };
  page.on('console', (message) => {
    const text = message.text().replace(/^%c\s*(\w+)\s+color: #\w+\s*/, '$1 ');
    if (process.env.RIG_VERBOSE) console.error('[page]', text.slice(0, 300));
    if (message.type() !== 'error') return;
    report('console', text.startsWith('Failed to load') ? `${text} ${message.location().url}` : text);
  });
  page.on('pageerror', (error) => report('error', String(error.stack ?? error)));
  page.on('crash', () => report('crash', 'the page crashed'));
  return state;
}

/**
 * Options: extension, workspace, openFile, theme (see THEMES), width, height, settings, installed, web (run the
 * extension's `browser` entry in a web worker), probe (false: no probe extension, helpers wait on the page alone),
 * shots (folder for pictures), silent, and those of startServer.
 */
export async function launch(options) {
  const start = performance.now();
  const timing = {};
  const mark = (name) => (timing[name] = Math.round(performance.now() - start));
  const probe = options.probe === false ? [] : [PROBE];
  const server = await startServer({ ...options, installed: [...(options.installed ?? []), ...probe] });
  mark('server');
  let browser;
  try {
    const opened = await openBrowser(options);
    browser = opened.browser;
    if (options.web) await serveWebExtension(opened.context, server.port, { extension: options.extension });
    const page = await opened.context.newPage();
    const rig = new Rig({ options, server, browser, page, timing, console: watchConsole(page, options) });
    await rig.open();
    mark('ready');
    return rig;
  } catch (error) {
    await browser?.close().catch(() => {});
    await server.stop();
    throw error;
  }
}
