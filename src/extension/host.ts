/** What the extension needs from whoever composes it: the desktop or the web host (src/hosts). */
import type * as vscode from 'vscode';
import type { TestRequest, TestSuite } from '../protocol/tests';

export interface ExtensionHost {
  /** How a debug session gets its adapter: a process of its own, or an object in this one. */
  createAdapterDescriptor(session: vscode.DebugSession): vscode.ProviderResult<vscode.DebugAdapterDescriptor>;

  /** Runs tests; each suite is told as it ends. Rejects if nothing could be run; aborting ends it early. */
  runTests(request: TestRequest, onSuite: (suite: TestSuite) => void, signal: AbortSignal): Promise<void>;
}
