/** The extension on a desktop or a server: Node is there, so adapter and tests run in processes of their own. */
import * as vscode from 'vscode';
import { activateExtension } from '../extension/activate';
import { SETTINGS } from '../protocol/names';
import { inlineAdapter } from './inlineAdapter';
import { runTestsInline } from './inlineTests';
import { nodeFiles } from './nodeFiles';
import { runTestsInProcess } from './testProcess';
import { isUri, workspaceFiles } from './workspaceFiles';

export function activate(context: vscode.ExtensionContext): void {
  const cli = vscode.Uri.joinPath(context.extensionUri, 'dist', 'cli.js').fsPath;
  activateExtension(context, {
    createAdapterDescriptor({ configuration: { program } }) {
      if (onlyInEditor(program)) return inlineAdapter(workspaceFiles);
      // VS Code runs `node` with the Node that it brings along.
      return runsInline() ? inlineAdapter(nodeFiles) : new vscode.DebugAdapterExecutable('node', [cli, 'dap']);
    },
    runTests(request, onSuite, signal) {
      if (onlyInEditor(request.program)) return runTestsInline(workspaceFiles, request, onSuite, signal);
      return runsInline()
        ? runTestsInline(nodeFiles, request, onSuite, signal)
        : runTestsInProcess(cli, request, onSuite, signal);
    },
  });
}

/** A virtual workspace's file, or one that was never saved: no other process finds it. */
const onlyInEditor = (program: unknown): boolean => typeof program === 'string' && isUri(program);

const runsInline = (): boolean => vscode.workspace.getConfiguration().get(SETTINGS.adapterHost) === 'inline';
