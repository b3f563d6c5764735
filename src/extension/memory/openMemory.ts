/** Opens memory in the hex editor if it is there (it writes, too), else as a hex dump. */
import * as vscode from 'vscode';
import type { Sessions } from '../debug/sessions';
import { requireSession } from '../debug/stepping';
import { nodeOf } from '../trees/rows';
import { memoryUri } from './memoryDocument';

const HEX_EDITOR = { extension: 'ms-vscode.hexeditor', view: 'hexEditor.hexedit' };

export async function openMemory(sessions: Sessions, argument: unknown): Promise<void> {
  const reference = nodeOf(argument)?.memoryReference;
  if (reference === undefined) throw new Error('choose it from the context menu of a row that lies in memory');
  const session = requireSession(sessions);
  if (vscode.extensions.getExtension(HEX_EDITOR.extension)) {
    await vscode.commands.executeCommand('vscode.openWith', debugMemoryUri(session, reference), HEX_EDITOR.view);
    return;
  }
  const document = await vscode.workspace.openTextDocument(memoryUri(session, reference));
  await vscode.window.showTextDocument(document, { preview: true });
}

/** The address under which VS Code itself offers the memory of a session (its `debugMemory.ts`). */
function debugMemoryUri(session: vscode.DebugSession, reference: string): vscode.Uri {
  const name = encodeURIComponent(`${reference}.bin`);
  return vscode.Uri.from({
    scheme: 'vscode-debug-memory',
    authority: session.id,
    path: `/${encodeURIComponent(reference)}/${name}`,
  });
}
