/** What the editor offers for a scenario of two files, through the API that the workbench uses. */
import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';

const COMMON = 'let pages = 4\nprocess p\nmmap heap pages * 4KiB rw anon at 0x5555_5540_0000\n';
const MAIN = 'include "common.ptscen"\nwrite heap + 0x1000\nexpect mm.rss <= pages\n';

describe('the editor and a scenario of two files', () => {
  let folder: vscode.Uri;
  let main: vscode.TextDocument;
  const at = (line: number, column: number): vscode.Position => new vscode.Position(line, column);
  const ask = <Answer>(command: string, ...args: unknown[]): Thenable<Answer> =>
    vscode.commands.executeCommand<Answer>(`vscode.${command}`, main.uri, ...args);

  before(async () => {
    folder = vscode.Uri.file(mkdtempSync(path.join(os.tmpdir(), 'ptscope-editor-')));
    const write = async (name: string, text: string): Promise<vscode.Uri> => {
      const file = vscode.Uri.joinPath(folder, name);
      await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
      return file;
    };
    await write('common.ptscen', COMMON);
    main = await vscode.workspace.openTextDocument(await write('main.ptscen', MAIN));
    await vscode.window.showTextDocument(main);
    await vscode.extensions.getExtension('ptscope.ptscope')?.activate();
  });

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
    await vscode.workspace.fs.delete(folder, { recursive: true });
  });

  it('knows what an included file binds', async () => {
    assert.deepEqual(vscode.languages.getDiagnostics(main.uri), []);
    const [definition] = await ask<vscode.Location[]>('executeDefinitionProvider', at(1, 7));
    assert.match(definition.uri.path, /common\.ptscen$/);
    assert.equal(definition.range.start.line, 2);
    const references = await ask<vscode.Location[]>('executeReferenceProvider', at(2, 18));
    assert.deepEqual(references.map(({ uri, range }) => `${path.basename(uri.path)}:${range.start.line}`).toSorted(), [
      'common.ptscen:0',
      'common.ptscen:2',
      'main.ptscen:2',
    ]);
  });

  it('renames in both files', async () => {
    const edit = await ask<vscode.WorkspaceEdit>('executeDocumentRenameProvider', at(1, 7), 'pool');
    assert.deepEqual(
      edit
        .entries()
        .map(([uri, edits]) => [path.basename(uri.path), edits.map(({ newText }) => newText)])
        .toSorted(),
      [
        ['common.ptscen', ['pool']],
        ['main.ptscen', ['pool']],
      ],
    );
  });

  it('shows signatures, hints, links, colours and larger selections', async () => {
    const help = await ask<vscode.SignatureHelp>('executeSignatureHelpProvider', at(1, 6), ' ');
    assert.match(help.signatures[0].label, /^write ADDR/);
    const hints = await ask<vscode.InlayHint[]>('executeInlayHintProvider', new vscode.Range(0, 0, 3, 0));
    assert.deepEqual(
      hints.map(({ label }) => label),
      ['0x5555_5540_1000'],
    );
    const [link] = await ask<vscode.DocumentLink[]>('executeLinkProvider');
    assert.match(link.target?.path ?? '', /common\.ptscen$/);
    const tokens = await ask<vscode.SemanticTokens>('provideDocumentSemanticTokens');
    assert.ok(tokens.data.length >= 15);
    const [selection] = await ask<vscode.SelectionRange[]>('executeSelectionRangeProvider', [at(1, 7)]);
    assert.equal(main.getText(selection.range), 'heap');
    assert.equal(main.getText(selection.parent?.range), 'heap + 0x1000');
  });
});
