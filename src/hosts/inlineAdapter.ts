/** A debug adapter as an object of this process: for the web, and for files that only VS Code can read. */
import * as vscode from 'vscode';
import { PtscopeSession } from '../adapter/session';
import type { FileHost } from '../scenario/run/load';
import { yieldToHost } from './yielding';

export function inlineAdapter(files: FileHost): vscode.DebugAdapterDescriptor {
  const session = new PtscopeSession({ files, now: () => performance.now(), yieldToHost });
  // When the client leaves, the extension host must stay.
  session.setRunAsServer(true);
  return new vscode.DebugAdapterInlineImplementation(session);
}
