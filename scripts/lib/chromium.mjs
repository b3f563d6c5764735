import { existsSync } from 'node:fs';
import { step } from './log.mjs';
import { isExecutable, onPath, Problem, runOrFail } from './run.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];
const PLACES = [
  '/usr/bin/chromium',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];
const INSTALL = {
  darwin: 'brew install --cask chromium',
  win32: 'winget install Google.Chrome',
  linux: 'sudo apt-get install chromium (or your distribution’s equivalent)',
};

/** A Chromium-like browser, or undefined. RIG_CHROMIUM overrides the search. */
export function findChromium() {
  return process.env.RIG_CHROMIUM ?? onPath(...NAMES) ?? PLACES.find(isExecutable);
}

const mayInstall = () => process.getuid?.() === 0 && existsSync('/etc/debian_version') && onPath('apt-get');

/** The editor tests need a browser: from the distribution where we may install it, else the person is told how. */
export async function requireChromium() {
  const found = findChromium();
  if (found) return found;
  if (!mayInstall()) {
    throw new Problem(`The editor tests need Chromium or Chrome. Install it: ${INSTALL[process.platform] ?? INSTALL.linux}
Or name one: RIG_CHROMIUM=/path/to/chromium npm test`);
  }
  await step('install Chromium (apt-get)', async () => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await runOrFail('apt-get', ['-q', 'update'], { env });
    await runOrFail('apt-get', ['-q', 'install', '-y', '--no-install-recommends', 'chromium'], { env });
  });
  const installed = findChromium();
  if (!installed) throw new Problem('apt-get installed chromium, but it is not on the PATH');
  return installed;
}
