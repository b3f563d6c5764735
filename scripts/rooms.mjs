/**
 * The rooms of the house and the walls between them: one table, from which eslint.config.mjs makes its import rules.
 *
 * An import points down to a lower floor or stays in its own room. What a room may have beyond the language itself
 * (packages, globals) is listed with it, so that adding a room is adding a row.
 */
import globals from 'globals';

/** A package or node: module, as a regular expression on the import's text. */
const VSCODE = 'vscode$';
const DEBUG_PROTOCOL = '@vscode/debugprotocol$';
const DEBUG_ADAPTER = '@vscode/debugadapter$';
const NODE = 'node:';

/**
 * Ground floor first. `files` are globs from the root; `only` narrows the lower floors to the named rooms;
 * `packages` lists the bare imports that are allowed (absent: any but vscode); `host` says which globals exist:
 * none (the language alone), shared (what Node and browsers have in common), any.
 */
export const ROOMS = [
  { name: 'protocol', files: 'src/protocol/**', packages: [], host: 'none' },
  ...['core', 'memory', 'caches', 'emt', 'mmu', 'paging', 'kernel'].map((part) => ({
    name: `machine/${part}`,
    files: `src/machine/${part}/**`,
    packages: [],
    host: 'none',
  })),
  { name: 'machine', files: 'src/machine/*', packages: [], host: 'none' },
  { name: 'trace', files: 'src/trace/**', packages: [], host: 'shared' },
  { name: 'snapshot', files: 'src/snapshot/**', packages: [], host: 'shared' },
  { name: 'scenario/language', files: 'src/scenario/language/**', packages: [], host: 'shared' },
  { name: 'scenario/run', files: 'src/scenario/run/**', packages: [], host: 'shared' },
  { name: 'timeline', files: 'src/timeline/**', packages: [], host: 'shared' },
  { name: 'adapter', files: 'src/adapter/**', packages: [DEBUG_PROTOCOL, DEBUG_ADAPTER], host: 'shared' },
  { name: 'cli', files: 'src/cli/**' },
  {
    name: 'extension',
    files: 'src/extension/**',
    only: ['protocol', 'scenario/language'],
    packages: [VSCODE, DEBUG_PROTOCOL],
    host: 'shared',
  },
  { name: 'hosts', files: 'src/hosts/**', packages: [VSCODE, NODE, DEBUG_PROTOCOL] },
  {
    name: 'webview',
    files: 'webview/**',
    only: ['protocol'],
    packages: ['preact', '@vscode/codicons', '@vscode/webview-ui-toolkit$'],
  },
];

const FORMATS = 'src/machine/paging/**/format.ts';
const WALKERS = ['src/machine/mmu/walker.ts', 'src/machine/paging/*/walker.ts'];
/** A scheme's driver may be a file, and a folder of the same name for what it is made of. */
const DRIVERS = ['src/machine/paging/*/driver.ts', 'src/machine/paging/*/driver/**'];
const SCHEME_FILES = [
  ...['format', 'walker', 'inspector'].map((part) => `src/machine/paging/*/${part}.ts`),
  ...DRIVERS,
];

/** Walls inside and around the machine, beyond what the floors already say. */
export const WALLS = [
  {
    of: ['src/machine/kernel/**'],
    never: ['src/machine/paging/**', ...WALKERS],
    because: 'the kernel is architecture-neutral: it speaks to emt/, never to a scheme or a walker',
  },
  {
    of: ['src/machine/mmu/**', ...WALKERS],
    never: DRIVERS,
    because: 'hardware never calls the OS: walker and driver meet in physical memory and in mmu/instructions',
  },
  {
    of: DRIVERS,
    never: WALKERS,
    because: 'the OS never calls the hardware walker: they meet in physical memory and in mmu/instructions',
  },
  {
    of: [FORMATS],
    never: ['src/machine/!(core)/**', 'src/machine/*.ts'],
    except: [FORMATS],
    because: 'a format is data: it imports core/ and other formats only',
  },
  {
    of: ['src/scenario/language/**'],
    never: ['src/machine/**'],
    except: ['src/machine/core/**', FORMATS],
    because: 'of the machine, the language knows the format tables and core/ alone',
  },
];

/** The machinery of trees, which every scheme that is one shares. */
const SHARED_BY_TREES = 'src/machine/paging/tree/**';

/** Paths that a scheme must not import: the files of every other scheme. `schemes` are folder names under paging/. */
function wallsBetweenSchemes(schemes) {
  return schemes.map((scheme) => ({
    of: [`src/machine/paging/${scheme}/**`],
    never: SCHEME_FILES,
    except: [...new Set([`src/machine/paging/${scheme}/**`, SHARED_BY_TREES, FORMATS])],
    because: 'schemes share code only through a file that names what they share',
  }));
}

function zoneOfRoom(room, index) {
  const allowed = ROOMS.filter((other, floor) => floor < index && (room.only?.includes(other.name) ?? true));
  const forbidden = ROOMS.filter((other) => other !== room && !allowed.includes(other));
  return {
    target: room.files,
    from: forbidden.map((other) => other.files),
    message: `${room.name} may import ${allowed.map((other) => other.name).join(', ') || 'nothing'}.`,
  };
}

/** Exceptions are matched against absolute paths, hence the leading `**`. */
const anywhere = (glob) => `**/${glob}`;

/** One zone for each path, because a zone may not mix globs with plain paths. */
function zonesOfWall(wall) {
  return wall.never.map((from) => ({
    target: wall.of,
    from,
    ...(wall.except && { except: wall.except.map(anywhere) }),
    message: `${wall.because}.`,
  }));
}

/** The zones of import-x/no-restricted-paths. */
export function restrictedPaths(schemes) {
  const walls = [...WALLS, ...wallsBetweenSchemes(schemes)];
  return [...ROOMS.map(zoneOfRoom).filter((zone) => zone.from.length > 0), ...walls.flatMap(zonesOfWall)];
}

/** Globals of hosts that stay harmless: pure functions of their arguments, and code that sees nothing but its memory. */
const PURE = ['structuredClone', 'TextEncoder', 'TextDecoder', 'WebAssembly'];

function forbiddenGlobals(host) {
  const allowed = new Set([...Object.keys(globals.builtin), ...PURE]);
  if (host === 'shared') Object.keys(globals['shared-node-browser']).forEach((name) => allowed.add(name));
  const hosts = Object.keys({ ...globals.browser, ...globals.node, ...globals.nodeBuiltin });
  const names = hosts.filter((name) => !allowed.has(name));
  return host === 'none' ? [...names, 'Date'] : names;
}

function packageRule(room) {
  const regex = room.packages ? `^(?!${['\\.', ...room.packages].join('|')})` : '^vscode$';
  const message = `${room.name} may not import this package (scripts/rooms.mjs).`;
  return ['error', { patterns: [{ regex, message }] }];
}

/** The rules of one room about packages and globals. */
export function rulesOfRoom(room) {
  const rules = { 'no-restricted-imports': packageRule(room) };
  if (room.host && room.host !== 'any') {
    const message = `${room.name} runs on any host (scripts/rooms.mjs).`;
    rules['no-restricted-globals'] = ['error', ...forbiddenGlobals(room.host).map((name) => ({ name, message }))];
  }
  if (room.host === 'none') {
    const message = 'The machine is deterministic: use core/random, which is part of its state.';
    rules['no-restricted-properties'] = ['error', { object: 'Math', property: 'random', message }];
    rules['no-restricted-syntax'] = ['error', { selector: 'ImportExpression', message: 'Pure code loads nothing.' }];
  }
  return rules;
}
