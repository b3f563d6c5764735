/** A read-only document with a hex dump of one page of simulated memory; it follows the cursor while it is open. */
import * as vscode from 'vscode';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Sessions } from '../debug/sessions';
import { logProblem, messageOf } from '../problems';
import { hexDump } from './hexDump';

const SCHEME = 'ptscope-memory';
const PAGE_BYTES = 4096;

export function memoryUri(session: vscode.DebugSession, reference: string): vscode.Uri {
  return vscode.Uri.from({ scheme: SCHEME, authority: session.id, path: `/${reference}.hexdump` });
}

export function registerMemoryDocuments(sessions: Sessions): vscode.Disposable {
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const refresh = sessions.onDidMove(() => {
    for (const { uri } of vscode.workspace.textDocuments) if (uri.scheme === SCHEME) changed.fire(uri);
  });
  const provideTextDocumentContent = (uri: vscode.Uri): Promise<string> => dumpOf(sessions, uri);
  const provider = { onDidChange: changed.event, provideTextDocumentContent };
  return vscode.Disposable.from(
    changed,
    refresh,
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, provider),
  );
}

async function dumpOf(sessions: Sessions, uri: vscode.Uri): Promise<string> {
  const session = sessions.current;
  if (session?.id !== uri.authority) return 'The session of this memory has ended.\n';
  const memoryReference = uri.path.slice(1).replace(/\.hexdump$/, '');
  try {
    const request: DebugProtocol.ReadMemoryArguments = { memoryReference, offset: 0, count: PAGE_BYTES };
    const answer = (await session.customRequest('readMemory', request)) as DebugProtocol.ReadMemoryResponse['body'];
    const bytes = Uint8Array.from(atob(answer?.data ?? ''), (character) => character.charCodeAt(0));
    if (bytes.length === 0) return `There is no readable memory at ${memoryReference}.\n`;
    return `${hexDump(bytes, Number(answer?.address))}\n`;
  } catch (problem) {
    logProblem(`read ${memoryReference}`, problem);
    return `${memoryReference} could not be read: ${messageOf(problem)}\n`;
  }
}
