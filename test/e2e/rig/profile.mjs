/** A VS Code profile for tests: quiet settings, few built-in extensions. Node's builtins only. */
import fs from 'node:fs';
import path from 'node:path';

export const THEMES = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  dark2026: 'Dark 2026',
  light2026: 'Light 2026',
  hc: 'Default High Contrast',
  hcLight: 'Default High Contrast Light',
};

/** Nothing that talks, asks, updates or moves by itself. */
export const QUIET = {
  'chat.disableAIFeatures': true,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.enableExperiments': false,
  'workbench.settings.enableNaturalLanguageSearch': false,
  'workbench.editor.empty.hint': 'hidden',
  'workbench.colorTheme': THEMES.dark,
  'window.autoDetectColorScheme': false,
  'window.commandCenter': false,
  'workbench.layoutControl.enabled': false,
  'window.menuBarVisibility': 'classic',
  'window.restoreWindows': 'none',
  'telemetry.telemetryLevel': 'off',
  'telemetry.feedback.enabled': false,
  'security.workspace.trust.enabled': false,
  'update.mode': 'none',
  'update.showReleaseNotes': false,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'git.enabled': false,
  'editor.minimap.enabled': false,
  'editor.cursorBlinking': 'solid',
  'editor.accessibilitySupport': 'off',
  'remote.autoForwardPorts': false,
  'terminal.integrated.enablePersistentSessions': false,
  // A click on the container that is already shown must not hide it.
  'workbench.activityBar.iconClickBehavior': 'focus',
  'debug.internalConsoleOptions': 'neverOpen',
  'debug.onTaskErrors': 'debugAnyway',
};

/** Themes, a few grammars, JSON for launch.json: fewer extensions make a faster start. */
const BUILTINS = new Set([
  'theme-defaults',
  'theme-seti',
  'configuration-editing',
  'json',
  'json-language-features',
  'markdown-basics',
  'javascript',
  'cpp',
  'python',
  'shellscript',
  'references-view',
  'search-result',
  'log',
  'make',
  'rust',
  'yaml',
]);

const readJson = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));

function replaceLink(target, place) {
  fs.rmSync(place, { recursive: true, force: true });
  fs.symlinkSync(path.resolve(target), place, 'dir');
}

export const extensionsFolder = (dir) => path.join(dir, 'extensions');
export const userDataFolder = (dir) => path.join(dir, 'user-data');
export const builtinsFolder = (dir) => path.join(dir, 'builtins');

/** Settings are written once: in a profile that is kept, they are the person's from then on. */
export function writeSettings(dir, settings) {
  const folder = path.join(userDataFolder(dir), 'User');
  fs.mkdirSync(folder, { recursive: true });
  const file = path.join(folder, 'settings.json');
  if (!fs.existsSync(file)) fs.writeFileSync(file, JSON.stringify({ ...QUIET, ...settings }, null, 2));
}

/** A folder in the extensions folder before the server's first start counts as an installed extension. */
export function linkInstalled(dir, folders) {
  fs.mkdirSync(extensionsFolder(dir), { recursive: true });
  for (const folder of folders) {
    const { publisher, name, version } = readJson(path.join(folder, 'package.json'));
    replaceLink(folder, path.join(extensionsFolder(dir), `${publisher}.${name}-${version}`));
  }
}

/** A folder with the built-in extensions that are worth having. */
export function linkBuiltins(dir, vscode) {
  const target = builtinsFolder(dir);
  fs.mkdirSync(target, { recursive: true });
  for (const name of fs.readdirSync(path.join(vscode, 'extensions'))) {
    const source = path.join(vscode, 'extensions', name);
    const manifestFile = path.join(source, 'package.json');
    if (!fs.existsSync(manifestFile)) continue;
    if (BUILTINS.has(name)) replaceLink(source, path.join(target, name));
    else hideWebBuiltin(readJson(manifestFile), path.join(target, name));
  }
}

/**
 * The workbench has its own list of web-capable built-ins and would start those that we left out in the browser
 * ("Activating extension … failed: Not Found"). An empty extension of the same id on the server's side wins over it.
 */
function hideWebBuiltin({ name, publisher, version, engines, browser }, folder) {
  if (!browser) return;
  fs.mkdirSync(folder, { recursive: true });
  const manifest = { name, publisher, version, engines, extensionKind: ['workspace'] };
  fs.writeFileSync(path.join(folder, 'package.json'), JSON.stringify(manifest));
}
