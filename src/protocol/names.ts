/**
 * Names that the manifest, the extension and the adapter must agree on.
 * A test holds package.json to this file, so that an id cannot drift.
 */

/** The debug type in launch.json. */
export const DEBUG_TYPE = 'ptscope';

/** Language ids. `listing` is the read-only document that shows one tick, one event a line; `trace` is text, too. */
export const LANGUAGES = { scenario: 'ptscen', listing: 'ptscope-listing', trace: 'lackey' } as const;

/** File name extension of a listing; VS Code picks the highlighting by it. */
export const LISTING_EXTENSION = '.ptlisting';

export const COMMANDS = {
  run: 'ptscope.run',
  debug: 'ptscope.debug',
  showWalk: 'ptscope.showWalk',
  showWalkOfEntry: 'ptscope.showWalkOfEntry',
  showMap: 'ptscope.showMap',
  showMapOf: 'ptscope.showMapOf',
  revealInTables: 'ptscope.revealInTables',
  viewProcess: 'ptscope.viewProcess',
  compareSchemes: 'ptscope.compareSchemes',
  reverseStepIn: 'ptscope.reverseStepIn',
  reverseStepOut: 'ptscope.reverseStepOut',
  copyAddress: 'ptscope.copyAddress',
  openMemory: 'ptscope.openMemory',
  toggleHex: 'ptscope.toggleHex',
  breakOnWrite: 'ptscope.breakOnWrite',
  breakOnAccess: 'ptscope.breakOnAccess',
  previousChange: 'ptscope.previousChange',
  nextChange: 'ptscope.nextChange',
  previousFault: 'ptscope.previousFault',
  nextFault: 'ptscope.nextFault',
  goToTick: 'ptscope.goToTick',
  debugFailure: 'ptscope.debugFailure',
  newScenario: 'ptscope.newScenario',
  openExample: 'ptscope.openExample',
  openStatistics: 'ptscope.openStatistics',
  openHistory: 'ptscope.openHistory',
  exportView: 'ptscope.exportView',
  copyExpression: 'ptscope.copyExpression',
  pinMoment: 'ptscope.pinMoment',
  unpinMoment: 'ptscope.unpinMoment',
  markMoment: 'ptscope.markMoment',
  renameMark: 'ptscope.renameMark',
  removeMark: 'ptscope.removeMark',
  previousMark: 'ptscope.previousMark',
  nextMark: 'ptscope.nextMark',
} as const;

/** Tree views; what is in them: `ptscope/tree`. */
export const TREES = {
  pageTables: 'ptscope.pageTables',
  caches: 'ptscope.caches',
  objects: 'ptscope.objects',
  processes: 'ptscope.processes',
} as const;

/** All views of the Run and Debug side bar. */
export const VIEWS = { ...TREES, history: 'ptscope.history' } as const;

/** Editor tabs that draw. */
export const WEBVIEWS = {
  walk: 'ptscope.walk',
  statistics: 'ptscope.statistics',
  map: 'ptscope.map',
  compare: 'ptscope.compare',
} as const;

/** Settings of the extension, by their full names. */
export const SETTINGS = {
  openWalkAutomatically: 'ptscope.walk.openAutomatically',
  adapterHost: 'ptscope.adapter.host',
  timeTravelMemory: 'ptscope.timeTravel.memoryMegabytes',
  stopAtEnd: 'ptscope.stopAtEnd',
  stepOver: 'ptscope.stepOver',
} as const;

/** What a variable is, as `debugProtocolVariableMenuContext` in the conditions of its context menu. */
export const VARIABLE_MENUS = { entry: 'ptscope-entry', address: 'ptscope-address' } as const;
export type VariableMenu = (typeof VARIABLE_MENUS)[keyof typeof VARIABLE_MENUS];

/** Scheme of the URIs of examples, which are a file system that is read-only. */
export const EXAMPLE_SCHEME = 'ptscope-example';

/** The controller of the Test Explorer, and what a message of it is, as `testMessage` in the conditions of its menu. */
export const TEST_CONTROLLER = 'ptscope';
export const TEST_MESSAGES = { failure: 'ptscope-failure' } as const;

/** Context keys that `when` clauses use. */
export const CONTEXTS = {
  sessionActive: 'ptscope.sessionActive',
  canStepBack: 'ptscope.canStepBack',
  pinned: 'ptscope.pinned',
} as const;

/** DAP requests beyond the standard. Parameters and results: requests.ts. */
export const REQUESTS = {
  walk: 'ptscope/walk',
  tree: 'ptscope/tree',
  moment: 'ptscope/moment',
  seek: 'ptscope/seek',
  travel: 'ptscope/travel',
  reverseStepIn: 'ptscope/reverseStepIn',
  reverseStepOut: 'ptscope/reverseStepOut',
  translate: 'ptscope/translate',
  effects: 'ptscope/effects',
  map: 'ptscope/map',
  mapPlace: 'ptscope/mapPlace',
  treePath: 'ptscope/treePath',
  compare: 'ptscope/compare',
  cancelCompare: 'ptscope/cancelCompare',
  numberFormat: 'ptscope/numberFormat',
  stepUnit: 'ptscope/stepUnit',
  statistics: 'ptscope/statistics',
  pin: 'ptscope/pin',
  history: 'ptscope/history',
  historyRows: 'ptscope/historyRows',
} as const;

/** DAP events beyond the standard. */
export const EVENTS = { moment: 'ptscope/moment', compareProgress: 'ptscope/compareProgress' } as const;
