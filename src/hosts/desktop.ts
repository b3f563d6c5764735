/** The extension on a desktop or a server: Node is there, so the adapter runs as a process of its own. */
import * as vscode from 'vscode';
import { activateExtension } from '../extension/activate';

export function activate(context: vscode.ExtensionContext): void {
  const cli = vscode.Uri.joinPath(context.extensionUri, 'dist', 'cli.js').fsPath;
  activateExtension(context, {
    // VS Code runs `node` with the Node that it brings along.
    createAdapterDescriptor: () => new vscode.DebugAdapterExecutable('node', [cli, 'dap']),
  });
}
