/** The extension on a desktop or a server: Node is there, so the adapter runs as a process of its own. */
import * as vscode from 'vscode';
import { PtscopeSession } from '../adapter/session';
import { activateExtension } from '../extension/activate';
import { SETTINGS } from '../protocol/names';
import { nodeFiles } from './nodeFiles';

export function activate(context: vscode.ExtensionContext): void {
  const cli = vscode.Uri.joinPath(context.extensionUri, 'dist', 'cli.js').fsPath;
  activateExtension(context, {
    // VS Code runs `node` with the Node that it brings along.
    createAdapterDescriptor: () => (runsInline() ? inline() : new vscode.DebugAdapterExecutable('node', [cli, 'dap'])),
  });
}

function runsInline(): boolean {
  return vscode.workspace.getConfiguration().get(SETTINGS.adapterHost) === 'inline';
}

function inline(): vscode.DebugAdapterDescriptor {
  const session = new PtscopeSession({
    files: nodeFiles,
    now: () => performance.now(),
    yieldToHost: () => new Promise((resolve) => setImmediate(resolve)),
  });
  // When the client leaves, the extension host must stay.
  session.setRunAsServer(true);
  return new vscode.DebugAdapterInlineImplementation(session);
}
