/** What the extension needs from whoever composes it: the desktop or the web host (src/hosts). */
import type * as vscode from 'vscode';

export interface ExtensionHost {
  /** How a debug session gets its adapter: a process of its own, or an object in this one. */
  createAdapterDescriptor(session: vscode.DebugSession): vscode.ProviderResult<vscode.DebugAdapterDescriptor>;
}
