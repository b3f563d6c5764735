/**
 * Runs a test module inside the extension host of the served VS Code; what it returns is the exit code:
 * 0 passed, 1 failed, 2 no result in time. The module exports run(): Promise<void>.
 */
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openBrowser, serveWebExtension } from './browser.mjs';
import { startServer, workbenchUrl } from './server.mjs';

const NO_RESULT = 2;
const TIMEOUT_PICTURE = fileURLToPath(new URL('../artefacts/host-timeout.png', import.meta.url));

/** The workbench calls this global with the exit code when a test run has ended. */
function verdictOf(page, timeoutSeconds) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      console.error(`no result within ${timeoutSeconds} s`);
      resolve(NO_RESULT);
    }, timeoutSeconds * 1000);
    const finish = (code) => {
      clearTimeout(timer);
      resolve(code);
    };
    page.exposeFunction('codeAutomationExit', finish).catch(reject);
    page.once('crash', () => {
      console.error('the page crashed');
      finish(NO_RESULT);
    });
  });
}

/** Lines of the workbench's own log, which arrive between those of the tests. */
const WORKBENCH_LOG =
  /^\[|socket|connection token|builtin ext|AgentHost|Service Worker|authentication provider|open-vsx|development extension|package\.nls/i;

/**
 * Options: extension, tests (the module), workspace, web (in a web worker: its console is printed, since it can write
 * no file), timeoutSeconds, env (of the extension host), installed (no development extension is needed then).
 */
export async function runInHost({ extension, tests, workspace, web = false, timeoutSeconds = 180, env, installed }) {
  // What the console of a web worker says reaches the page only if the server logs at this level.
  const server = await startServer({ env, installed, serverLog: web ? 'info' : 'warn' });
  let browser;
  try {
    const opened = await openBrowser({ web });
    browser = opened.browser;
    if (web) await serveWebExtension(opened.context, server.port, { extension, tests });
    const page = await opened.context.newPage();
    const verdict = verdictOf(page, timeoutSeconds);
    if (web) {
      await page.exposeFunction('codeAutomationLog', (_type, args) => {
        const text = args.join(' ');
        if (!WORKBENCH_LOG.test(text)) console.log(text);
      });
    }
    if (process.env.RIG_VERBOSE) page.on('console', (message) => console.error('[page]', message.text().slice(0, 400)));
    const target = web ? { workspace } : { extension, tests, workspace };
    await page.goto(workbenchUrl(server.port, target), { waitUntil: 'domcontentloaded' });
    const code = await verdict;
    if (code === NO_RESULT) {
      fs.mkdirSync(fileURLToPath(new URL('../artefacts', import.meta.url)), { recursive: true });
      await page.screenshot({ path: TIMEOUT_PICTURE }).catch(() => {});
    }
    return code;
  } finally {
    await browser?.close().catch(() => {});
    await server.stop();
  }
}
