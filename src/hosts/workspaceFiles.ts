/** Files through VS Code's file systems, for where there is no other: paths may be URIs. */
import * as vscode from 'vscode';
import type { FileHost } from '../scenario/run/load';

/** What clients call a path is a path of the workspace's file system, unless it says its scheme. */
function toUri(path: string): vscode.Uri {
  if (/^[a-z][a-z0-9+.-]+:/i.test(path)) return vscode.Uri.parse(path, true);
  const folder = vscode.workspace.workspaceFolders?.[0];
  return folder === undefined ? vscode.Uri.file(path) : folder.uri.with({ path });
}

/** `a/./b/../c` as `a/c`: one file has one path. */
function withoutDots(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..' && parts.length > 0 && !['', '.', '..'].includes(parts[parts.length - 1])) parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

const read = (path: string): Thenable<Uint8Array> => vscode.workspace.fs.readFile(toUri(path));

async function* whole(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(bytes);
}

export const workspaceFiles: FileHost = {
  async readText(path) {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(await read(path));
    } catch (error) {
      if (error instanceof TypeError) throw new Error('this is not text (UTF-8); a scenario is');
      throw error;
    }
  },
  async openTrace(path) {
    const bytes = await read(path);
    return { name: path, stream: whole(bytes), sizeBytes: bytes.length };
  },
  resolve: (from, name) =>
    withoutDots(/^(\/|[a-z][a-z0-9+.-]+:)/i.test(name) ? name : from.replace(/[^/]*$/, '') + name),
};
