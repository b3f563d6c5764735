/** Puts the extension together. What there is, is listed here; how each thing works stands in its own file. */
import * as vscode from 'vscode';
import { DEBUG_TYPE } from '../protocol/names';
import { registerCommands } from './commands';
import { CompareController } from './compare/compareController';
import { breakOn } from './debug/breakOn';
import { registerConfigurations } from './debug/configurations';
import { registerSessionLog } from './debug/sessionLog';
import { Pins } from './debug/pins';
import { Sessions } from './debug/sessions';
import { whenSourcesCanBeShown } from './debug/whenReady';
import { start } from './debug/start';
import { registerRemembered, toggleHex } from './debug/remembered';
import { reverseStep } from './debug/stepping';
import { goToTick, travel } from './debug/travel';
import { HistoryController } from './history/historyController';
import { goToMark, markMoment, removeMark, renameMark } from './history/markCommands';
import { Marks } from './history/marks';
import type { ExtensionHost } from './host';
import { registerLanguage } from './language/register';
import { registerMemoryDocuments } from './memory/memoryDocument';
import { MapController } from './map/mapController';
import { openMemory } from './memory/openMemory';
import { openLog } from './problems';
import { registerExampleFiles } from './start/exampleFiles';
import { openExample } from './start/gallery';
import { newScenario } from './start/newScenario';
import { registerTests } from './tests/register';
import { copyExpression } from './statistics/copyExpression';
import { StatisticsController } from './statistics/statisticsController';
import { copyAddress } from './trees/copyAddress';
import { registerTrees } from './trees/register';
import { revealInTables, viewProcess } from './trees/reveal';
import { WalkController } from './walk/walkController';
import { ExportableViews } from './webviews/exportable';

export function activateExtension(context: vscode.ExtensionContext, host: ExtensionHost): void {
  const log = openLog();
  const sessions = new Sessions();
  const exportable = new ExportableViews();
  const pins = new Pins(sessions);
  const marks = new Marks(context.workspaceState);
  const walk = new WalkController(context.extensionUri, sessions, pins, exportable);
  const statistics = new StatisticsController(context.extensionUri, sessions, pins, exportable);
  const history = new HistoryController(context.extensionUri, sessions, marks, pins, exportable);
  const trees = registerTrees(sessions, pins, context.globalState);
  const map = new MapController(context.extensionUri, sessions, {
    trees,
    showWalk: (address) => walk.showWalkOf(address),
    isWalkOpen: () => walk.isOpen,
  });
  const compare = new CompareController(context.extensionUri, sessions);
  const tests = registerTests(host);
  const commands = registerCommands({
    run: (uri, test) => start('run', uri, test),
    debug: (uri, test) => start('debug', uri, test),
    showWalk: () => walk.show(),
    showWalkOfEntry: (row) => walk.showWalkOf(row),
    showMap: () => map.show(),
    showMapOf: (row) => map.show(row),
    revealInTables: (row) => revealInTables(trees, row),
    viewProcess: (row) => viewProcess(sessions, trees, map, row),
    compareSchemes: () => compare.show(),
    reverseStepIn: () => reverseStep(sessions, 'in'),
    reverseStepOut: () => reverseStep(sessions, 'out'),
    copyAddress: (row) => copyAddress(row),
    openMemory: (row) => openMemory(sessions, row),
    toggleHex: () => toggleHex(sessions, context.workspaceState),
    breakOnWrite: (row) => breakOn('write', row),
    breakOnAccess: (row) => breakOn('access', row),
    previousChange: (place) => travel(sessions, 'change', 'previous', place),
    nextChange: (place) => travel(sessions, 'change', 'next', place),
    previousFault: (place) => travel(sessions, 'fault', 'previous', place),
    nextFault: (place) => travel(sessions, 'fault', 'next', place),
    goToTick: () => goToTick(sessions),
    debugFailure: (failure) => tests.debugFailure(failure),
    newScenario: (template) => newScenario(context.extensionUri, template),
    openExample: (file) => openExample(context.extensionUri, file),
    openStatistics: () => statistics.show(),
    openHistory: () => history.show(),
    exportView: (view) => exportable.export(view),
    copyExpression: (counter) => copyExpression(counter),
    pinMoment: () => pins.pin('here'),
    unpinMoment: () => pins.pin('none'),
    markMoment: () => markMoment(sessions, marks),
    renameMark: (mark) => renameMark(sessions, marks, mark),
    removeMark: (mark) => removeMark(sessions, marks, mark),
    previousMark: () => goToMark(sessions, marks, 'previous'),
    nextMark: () => goToMark(sessions, marks, 'next'),
  });
  context.subscriptions.push(
    log,
    sessions,
    pins,
    marks,
    walk,
    tests,
    statistics,
    history,
    commands,
    vscode.debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, {
      createDebugAdapterDescriptor: async (session) => {
        await whenSourcesCanBeShown();
        return host.createAdapterDescriptor(session);
      },
    }),
    registerConfigurations(),
    registerRemembered(sessions, context.workspaceState),
    registerExampleFiles(context.extensionUri),
    registerSessionLog(),
    trees,
    map,
    compare,
    registerMemoryDocuments(sessions),
    registerLanguage(context.extensionUri, sessions),
  );
}
