/** The commands Run and Debug, from lenses, the editor's title bar and the command palette. */
import * as vscode from 'vscode';
import { activeProgram } from './activeProgram';
import { launchOf } from './configurations';

export type StartMode = 'run' | 'debug';

/** `target` is what a menu or a lens hands over; without one, the active file. `test` is the name of one test. */
export async function start(mode: StartMode, target: unknown, test: unknown): Promise<void> {
  const uri = target instanceof vscode.Uri ? target : activeProgram();
  if (!uri) throw new Error('open a .ptscen scenario or a .lackey trace first');
  const configuration = launchOf(uri);
  if (typeof test === 'string') {
    configuration.test = test;
    configuration.name = `${configuration.name}: ${test}`;
  }
  const folder = vscode.workspace.getWorkspaceFolder(uri);
  // VS Code itself reports a launch that fails.
  await vscode.debug.startDebugging(folder, configuration, { noDebug: mode === 'run' });
}
