/** The examples as a file system of their own that cannot be written to: they belong to the extension. */
import * as vscode from 'vscode';
import { EXAMPLE_SCHEME } from '../../protocol/names';

/** `file`: as in examples/, with slashes. */
export const exampleUri = (file: string): vscode.Uri => vscode.Uri.from({ scheme: EXAMPLE_SCHEME, path: `/${file}` });

export function registerExampleFiles(extensionUri: vscode.Uri): vscode.Disposable {
  const reason = new vscode.MarkdownString(
    'An example of ptscope is read-only. *Open an Example…* copies it to a folder.',
  );
  return vscode.workspace.registerFileSystemProvider(EXAMPLE_SCHEME, new ExampleFiles(extensionUri), {
    isReadonly: reason,
    isCaseSensitive: true,
  });
}

class ExampleFiles implements vscode.FileSystemProvider {
  /** Never: they come with the extension. */
  readonly onDidChangeFile = new vscode.EventEmitter<vscode.FileChangeEvent[]>().event;

  constructor(private readonly extensionUri: vscode.Uri) {}

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  async readFile({ path }: vscode.Uri): Promise<Uint8Array> {
    return vscode.workspace.fs.readFile(vscode.Uri.joinPath(this.extensionUri, 'examples', path));
  }

  /** In a browser the extension's files have neither times nor sizes: the bytes say what there is. */
  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    if (uri.path === '/') return { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 };
    try {
      const { length } = await this.readFile(uri);
      return { type: vscode.FileType.File, ctime: 0, mtime: 0, size: length };
    } catch {
      throw vscode.FileSystemError.FileNotFound(uri);
    }
  }

  /** They are opened by name: nobody lists them. */
  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  writeFile = refuse;
  createDirectory = refuse;
  delete = refuse;
  rename = refuse;
}

function refuse(uri: vscode.Uri): never {
  throw vscode.FileSystemError.NoPermissions(uri);
}
