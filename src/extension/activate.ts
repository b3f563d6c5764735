/** Puts the extension together. What there is, is listed here; how each thing works stands in its own file. */
import * as vscode from 'vscode';
import { DEBUG_TYPE } from '../protocol/names';
import { registerCommands } from './commands';
import { breakOn } from './debug/breakOn';
import { registerConfigurations } from './debug/configurations';
import { registerSessionLog } from './debug/sessionLog';
import { Sessions } from './debug/sessions';
import { whenSourcesCanBeShown } from './debug/whenReady';
import { start } from './debug/start';
import { registerRemembered, toggleHex } from './debug/remembered';
import { reverseStep } from './debug/stepping';
import { goToTick, travel } from './debug/travel';
import type { ExtensionHost } from './host';
import { registerLanguage } from './language/register';
import { registerMemoryDocuments } from './memory/memoryDocument';
import { openMemory } from './memory/openMemory';
import { openLog } from './problems';
import { registerExampleFiles } from './start/exampleFiles';
import { openExample } from './start/gallery';
import { newScenario } from './start/newScenario';
import { registerTests } from './tests/register';
import { copyAddress } from './trees/copyAddress';
import { registerTrees } from './trees/register';
import { WalkController } from './walk/walkController';

export function activateExtension(context: vscode.ExtensionContext, host: ExtensionHost): void {
  const log = openLog();
  const sessions = new Sessions();
  const walk = new WalkController(context.extensionUri, sessions);
  const tests = registerTests(host);
  const commands = registerCommands({
    run: (uri, test) => start('run', uri, test),
    debug: (uri, test) => start('debug', uri, test),
    showWalk: () => walk.show(),
    showWalkOfEntry: (row) => walk.showWalkOf(row),
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
  });
  context.subscriptions.push(
    log,
    sessions,
    walk,
    tests,
    commands,
    vscode.debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, {
      createDebugAdapterDescriptor: async (session) => {
        await whenSourcesCanBeShown();
        return host.createAdapterDescriptor(session);
      },
    }),
    registerConfigurations(),
    registerExampleFiles(context.extensionUri),
    registerSessionLog(),
    registerRemembered(sessions, context.workspaceState),
    registerTrees(sessions, context.globalState),
    registerMemoryDocuments(sessions),
    registerLanguage(context.extensionUri, sessions),
  );
}
