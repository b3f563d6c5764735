/** The commands of the manifest. Each has a handler, or this does not compile. */
import * as vscode from 'vscode';
import { COMMANDS } from '../protocol/names';
import { guarded } from './problems';

export type CommandName = keyof typeof COMMANDS;

// Command arguments come from menus and other extensions: each handler looks at what it gets.
export type CommandHandlers = Record<CommandName, (...args: unknown[]) => unknown>;

/** What a command does, to complete “could not …”. */
const DOING: Record<CommandName, string> = {
  run: 'run the file',
  debug: 'debug the file',
  showWalk: 'show the walk',
  showWalkOfEntry: 'show the walk of this entry',
  showMap: 'show the address-space map',
  showMapOf: 'show this in the address-space map',
  revealInTables: 'show this in Page Tables',
  viewProcess: 'show this process',
  compareSchemes: 'compare schemes',
  reverseStepIn: 'step back into',
  reverseStepOut: 'step back out',
  copyAddress: 'copy the address',
  openMemory: 'open the memory',
  toggleHex: 'change the number format',
  breakOnWrite: 'break on writes of this entry',
  breakOnAccess: 'break on accesses to this entry',
  previousChange: 'look for the previous change',
  nextChange: 'look for the next change',
  previousFault: 'look for the previous fault',
  nextFault: 'look for the next fault',
  goToTick: 'go to the tick',
  debugFailure: 'debug the failure',
  newScenario: 'begin a scenario',
  openExample: 'open the example',
  openStatistics: 'open the statistics',
  openHistory: 'open the history',
  exportView: 'export the view',
  copyExpression: 'copy the expression',
  pinMoment: 'pin this moment',
  unpinMoment: 'unpin the moment',
  markMoment: 'mark this moment',
  renameMark: 'rename the mark',
  removeMark: 'remove the mark',
  previousMark: 'go to the previous mark',
  nextMark: 'go to the next mark',
};

export function registerCommands(handlers: CommandHandlers): vscode.Disposable {
  const names = Object.keys(COMMANDS) as CommandName[];
  const registrations = names.map((name) =>
    vscode.commands.registerCommand(COMMANDS[name], guarded(DOING[name], handlers[name])),
  );
  return vscode.Disposable.from(...registrations);
}
