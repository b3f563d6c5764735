/** The extension in a browser: no processes there, so the adapter runs inside the extension host. */
import * as vscode from 'vscode';
import { type AdapterHost, PtscopeSession } from '../adapter/session';
import { activateExtension } from '../extension/activate';
import { workspaceFiles } from './workspaceFiles';

const adapterHost: AdapterHost = {
  files: workspaceFiles,
  now: () => performance.now(),
  yieldToHost: () => new Promise((resolve) => setTimeout(resolve, 0)),
};

export function activate(context: vscode.ExtensionContext): void {
  activateExtension(context, {
    createAdapterDescriptor: () => {
      const session = new PtscopeSession(adapterHost);
      // Inline: when the client leaves, the extension host must stay.
      session.setRunAsServer(true);
      return new vscode.DebugAdapterInlineImplementation(session);
    },
  });
}
