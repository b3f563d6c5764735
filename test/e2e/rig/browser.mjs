/** The Chromium that shows the workbench, and what its pages may reach: loopback, nothing else. */
import fs from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { findChromium } from '../../../scripts/lib/chromium.mjs';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--font-render-hinting=none',
  '--hide-scrollbars=false',
];

/** A page that went through page.route has no known address space: Chromium would refuse its WebSocket to loopback. */
const WEB_ARGUMENTS = ['--disable-features=LocalNetworkAccessChecks'];

/** Options: headless, width, height, scale, web (see serveWebExtension). */
export async function openBrowser(options = {}) {
  const browser = await chromium.launch({
    executablePath: findChromium(),
    headless: options.headless ?? true,
    args: [...ARGUMENTS, ...(options.web ? WEB_ARGUMENTS : [])],
  });
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1400, height: options.height ?? 900 },
    deviceScaleFactor: options.scale ?? 1,
    permissions: ['clipboard-read', 'clipboard-write'],
    reducedMotion: 'reduce',
  });
  await context.route(/\/_static\/|\/update\/check|\/node_modules\/vsda\//, answerFrontEnd);
  await context.route(isElsewhere, (route) => route.abort());
  return { browser, context };
}

const isElsewhere = ({ hostname, protocol }) =>
  /^https?:$/.test(protocol) && !['127.0.0.1', 'localhost'].includes(hostname);

/** Files that only code-server's own front end serves; answering here keeps the console clean. */
function answerFrontEnd(route) {
  const url = route.request().url();
  if (url.includes('serviceWorker.js')) {
    return route.fulfill({ contentType: 'text/javascript', headers: { 'Service-Worker-Allowed': '/' }, body: '' });
  }
  if (url.includes('/update/check')) {
    return route.fulfill({ json: { checked: 0, latest: '', current: '', isLatest: true } });
  }
  if (url.includes('.svg')) {
    return route.fulfill({ contentType: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg"/>' });
  }
  return route.fulfill({ status: 204, body: '' });
}

const CONTENT_TYPES = {
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.css': 'text/css',
  '.ttf': 'font/ttf',
};

/**
 * Lets the workbench run the extension as a web extension (its `browser` entry, in a web worker): serves its folder
 * from the workbench's own origin and names it in the workbench's configuration.
 */
export async function serveWebExtension(context, port, { extension, tests }) {
  const root = path.resolve(extension);
  const uri = (file) => ({ scheme: 'http', authority: `127.0.0.1:${port}`, path: `/__dev${file}` });
  await context.route(
    (url) => url.pathname.startsWith('/__dev/'),
    (route) => {
      const { pathname } = new URL(route.request().url());
      const file = path.join(root, path.normalize(decodeURIComponent(pathname.slice('/__dev'.length))));
      const exists = fs.statSync(file, { throwIfNoEntry: false })?.isFile();
      return exists
        ? route.fulfill({ path: file, contentType: CONTENT_TYPES[path.extname(file)] })
        : route.fulfill({ status: 404 });
    },
  );
  const developmentOptions = {
    extensions: [uri('')],
    ...(tests && { extensionTestsPath: uri(`/${path.relative(root, path.resolve(tests))}`) }),
  };
  await context.route(
    (url) => url.pathname === '/',
    async (route) => {
      const response = await route.fetch();
      return route.fulfill({ response, body: withOptions(await response.text(), developmentOptions) });
    },
  );
}

/** The workbench's page carries its configuration as JSON in an attribute. */
function withOptions(html, developmentOptions) {
  return html.replace(/(id="vscode-workbench-web-configuration" data-settings=")([^"]*)"/, (_match, start, text) => {
    const settings = JSON.parse(text.replace(/&quot;/g, '"').replace(/&amp;/g, '&'));
    Object.assign((settings.developmentOptions ??= {}), developmentOptions);
    return `${start}${JSON.stringify(settings).replace(/&/g, '&amp;').replace(/"/g, '&quot;')}"`;
  });
}
