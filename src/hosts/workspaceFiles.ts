/** Files through VS Code's file systems, for where there is no other: paths may be URIs. */
import * as vscode from 'vscode';
import type { FileHost } from '../scenario/run/load';

/** True of a URI as text; a drive's letter is no scheme. */
export const isUri = (path: string): boolean => /^[a-z][a-z0-9+.-]+:/i.test(path);

/** What clients call a path is a path of the workspace's file system, unless it says its scheme. */
function toUri(path: string): vscode.Uri {
  if (isUri(path)) return vscode.Uri.parse(path, true);
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

/** A document that was never saved has a text and no file. */
async function read(path: string): Promise<Uint8Array> {
  const uri = toUri(path);
  const open = vscode.workspace.textDocuments.find((each) => each.isUntitled && each.uri.toString() === uri.toString());
  return open === undefined ? vscode.workspace.fs.readFile(uri) : new TextEncoder().encode(open.getText());
}

async function* whole(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield await Promise.resolve(bytes);
}

/** What an unsaved document names is looked for in the workspace. */
function folderOf(path: string): string {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  if (path.startsWith('untitled:') && folder !== undefined) return `${folder.uri.toString()}/`;
  return path.replace(/[^/]*$/, '');
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
  resolve: (from, name) => withoutDots(name.startsWith('/') || isUri(name) ? name : folderOf(from) + name),
};
