/** The extension in a browser: no processes there, so adapter and tests run inside the extension host. */
import type * as vscode from 'vscode';
import { activateExtension } from '../extension/activate';
import { inlineAdapter } from './inlineAdapter';
import { runTestsInline } from './inlineTests';
import { workspaceFiles } from './workspaceFiles';

export function activate(context: vscode.ExtensionContext): void {
  activateExtension(context, {
    createAdapterDescriptor: () => inlineAdapter(workspaceFiles),
    runTests: (request, onSuite, signal) => runTestsInline(workspaceFiles, request, onSuite, signal),
  });
}
