/** Puts the extension together. What there is, is listed here; how each thing works stands in its own file. */
import * as vscode from 'vscode';
import { DEBUG_TYPE } from '../protocol/names';
import { registerCommands } from './commands';
import { CompareController } from './compare/compareController';
import { breakOn } from './debug/breakOn';
import { registerConfigurations } from './debug/configurations';
import { Sessions } from './debug/sessions';
import { start } from './debug/start';
import { reverseStep, toggleHex } from './debug/stepping';
import { goToTick, travel } from './debug/travel';
import type { ExtensionHost } from './host';
import { registerLanguage } from './language/register';
import { registerMemoryDocuments } from './memory/memoryDocument';
import { MapController } from './map/mapController';
import { openMemory } from './memory/openMemory';
import { openLog } from './problems';
import { copyAddress } from './trees/copyAddress';
import { registerTrees } from './trees/register';
import { revealInTables, viewProcess } from './trees/reveal';
import { WalkController } from './walk/walkController';

export function activateExtension(context: vscode.ExtensionContext, host: ExtensionHost): void {
  const log = openLog();
  const sessions = new Sessions();
  const walk = new WalkController(context.extensionUri, sessions);
  const trees = registerTrees(sessions, context.globalState);
  const map = new MapController(context.extensionUri, sessions, {
    trees,
    showWalk: (address) => walk.showWalkOf(address),
    isWalkOpen: () => walk.isOpen,
  });
  const compare = new CompareController(context.extensionUri, sessions);
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
    toggleHex: () => toggleHex(sessions),
    breakOnWrite: (row) => breakOn('write', row),
    breakOnAccess: (row) => breakOn('access', row),
    previousChange: (place) => travel(sessions, 'change', 'previous', place),
    nextChange: (place) => travel(sessions, 'change', 'next', place),
    previousFault: (place) => travel(sessions, 'fault', 'previous', place),
    nextFault: (place) => travel(sessions, 'fault', 'next', place),
    goToTick: () => goToTick(sessions),
  });
  context.subscriptions.push(
    log,
    sessions,
    walk,
    commands,
    vscode.debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, {
      createDebugAdapterDescriptor: (session) => host.createAdapterDescriptor(session),
    }),
    registerConfigurations(),
    trees,
    map,
    compare,
    registerMemoryDocuments(sessions),
    registerLanguage(context.extensionUri, sessions),
  );
}
