import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';

let folder: vscode.Uri;
let files = 0;

/** A scenario in a file of its own: VS Code would ask where to save an untitled one before it debugs anything. */
async function open(content: string): Promise<vscode.TextDocument> {
  const file = vscode.Uri.joinPath(folder, `${files++}.ptscen`);
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(content));
  return vscode.workspace.openTextDocument(file);
}

async function until<T>(what: string, ask: () => T | undefined): Promise<T> {
  for (let i = 0; i < 100; i++) {
    const answer = ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} did not happen`);
}

describe('the scenario language in the editor', () => {
  before(async () => {
    folder = vscode.Uri.file(mkdtempSync(path.join(os.tmpdir(), 'ptscope-language-')));
    await vscode.extensions.getExtension('ptscope.ptscope')?.activate();
  });

  after(async () => {
    await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    await vscode.workspace.fs.delete(folder, { recursive: true });
  });

  it('underlines what is wrong, with a code and a quick fix', async () => {
    const document = await open('process p\nmmap heap 5000 rw anon\nwrite haep\n');
    await vscode.window.showTextDocument(document);
    const found = await until('diagnostics', () => {
      const list = vscode.languages.getDiagnostics(document.uri);
      return list.length >= 2 ? list : undefined;
    });
    assert.deepEqual(
      found.map((d) => d.range.start.line),
      [1, 2],
    );
    for (const d of found) assert.match(String((d.code as { value: string }).value), /^PTS\d{3}$/);
    const fixes = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      found[1].range,
    );
    assert.ok(
      fixes.some((f) => f.title.includes('heap')),
      fixes.map((f) => f.title).join(),
    );
  });

  it('completes statements, regions and members', async () => {
    const document = await open('process p\nmmap heap 64KiB rw anon\nexpect stats.faults.\n');
    const labels = async (line: number, column: number): Promise<string[]> => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        new vscode.Position(line, column),
      );
      return list.items.map((i) => (typeof i.label === 'string' ? i.label : i.label.label));
    };
    assert.ok((await labels(2, 20)).includes('minor'));
    assert.ok((await labels(2, 7)).includes('heap'));
  });

  it('explains on hover what an address is made of', async () => {
    const document = await open('process p\nmmap heap 64KiB rw anon at 0x7fff_1234_5000\n');
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      new vscode.Position(1, 35),
    );
    const text = hovers.flatMap((h) => h.contents.map((c) => (typeof c === 'string' ? c : c.value))).join('\n');
    for (const part of ['PGD', '255', '508', '145', '325']) assert.ok(text.includes(part), text);
  });

  it('offers Run and Debug above the first statement', async () => {
    const document = await open('# a comment\nmachine {\n  preset classroom\n}\nprocess p\n');
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      document.uri,
      10,
    );
    assert.deepEqual(
      lenses.map((l) => l.command?.command),
      ['ptscope.run', 'ptscope.debug'],
    );
  });

  it('formats', async () => {
    const document = await open('process   p\nrepeat 2 {\nread 0x1000\n}\n');
    const edits = await vscode.commands.executeCommand<vscode.TextEdit[]>(
      'vscode.executeFormatDocumentProvider',
      document.uri,
      { tabSize: 2, insertSpaces: true },
    );
    assert.ok(edits.length > 0);
  });
});
