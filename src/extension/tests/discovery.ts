/**
 * The tests that there are: of every scenario in the workspace, and of those that are open. A file without `test` blocks
 * that expects something is one test; in a file with blocks, what stands outside of them is one more.
 */
import * as vscode from 'vscode';
import { EXAMPLE_SCHEME, LANGUAGES } from '../../protocol/names';
import { testOutline, type TestOutline } from '../../scenario/language/services';
import { isScenario, SCENARIO_SUFFIX } from '../debug/programs';
import { toEditorRange } from '../language/convert';
import { logProblem } from '../problems';

const MAX_FILES = 2000;
const QUIET_MS = 300;
const GLOB = `**/*${SCENARIO_SUFFIX}`;

/** What an item runs: a test's name, or nothing for what stands outside of tests. */
export interface TestTarget {
  uri: vscode.Uri;
  name: string;
}

export class Discovery implements vscode.Disposable {
  private readonly targets = new WeakMap<vscode.TestItem, TestTarget>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly controller: vscode.TestController) {
    const { workspace } = vscode;
    const watcher = workspace.createFileSystemWatcher(GLOB);
    controller.resolveHandler = (item) => (item?.uri ? this.refresh(item.uri) : this.refreshAll());
    controller.refreshHandler = () => this.refreshAll();
    this.subscriptions = [
      watcher,
      watcher.onDidCreate((uri) => this.refresh(uri)),
      watcher.onDidChange((uri) => this.refresh(uri)),
      watcher.onDidDelete((uri) => this.forget(uri)),
      workspace.onDidOpenTextDocument((document) => this.refreshDocument(document)),
      workspace.onDidChangeTextDocument(({ document }) => this.refreshSoon(document)),
      workspace.onDidCloseTextDocument(
        ({ uri, isUntitled }) => (isUntitled || uri.scheme === EXAMPLE_SCHEME) && this.forget(uri),
      ),
    ];
    workspace.textDocuments.forEach((document) => this.refreshDocument(document));
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  /** What an item runs; undefined of a file whose tests are its children. */
  targetOf(item: vscode.TestItem): TestTarget | undefined {
    return this.targets.get(item);
  }

  /** The item of a test, by its name; the empty one is what stands outside of tests. */
  find(uri: vscode.Uri, name: string): vscode.TestItem | undefined {
    const file = this.controller.items.get(uri.toString());
    if (file === undefined) return undefined;
    const items = file.children.size === 0 ? [file] : [...file.children].map(([, item]) => item);
    return items.find((item) => this.targets.get(item)?.name === name);
  }

  /** What the tests of a file are, as it stands in the editor or on disk. */
  async refresh(uri: vscode.Uri): Promise<void> {
    try {
      const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
      this.show(uri, testOutline(open?.getText() ?? (await read(uri))));
    } catch (problem) {
      logProblem(`look for tests in ${uri.toString()}`, problem);
      this.forget(uri);
    }
  }

  async refreshAll(): Promise<void> {
    const found = await vscode.workspace.findFiles(GLOB, '**/node_modules/**', MAX_FILES);
    await Promise.all(found.map((uri) => this.refresh(uri)));
  }

  private refreshDocument(document: vscode.TextDocument): void {
    if (isOurs(document)) this.show(document.uri, testOutline(document.getText()));
  }

  private refreshSoon(document: vscode.TextDocument): void {
    if (!isOurs(document)) return;
    const key = document.uri.toString();
    clearTimeout(this.timers.get(key));
    this.timers.set(
      key,
      setTimeout(() => this.refreshDocument(document), QUIET_MS),
    );
  }

  private forget(uri: vscode.Uri): void {
    this.controller.items.delete(uri.toString());
  }

  private show(uri: vscode.Uri, { own, tests }: TestOutline): void {
    if (own === undefined && tests.length === 0) return this.forget(uri);
    const { items } = this.controller;
    const file = items.get(uri.toString()) ?? this.controller.createTestItem(uri.toString(), labelOf(uri), uri);
    items.add(file);
    const alone = tests.length === 0;
    file.range = alone && own ? toEditorRange(own) : undefined;
    this.targets.delete(file);
    if (alone) {
      this.targets.set(file, { uri, name: '' });
      file.children.replace([]);
      return;
    }
    const blocks = own ? [{ name: '', range: own }, ...tests] : tests;
    file.children.replace(
      blocks.map(({ name, range }) => {
        const id = `${uri.toString()}#${name}`;
        const item = this.controller.createTestItem(id, name || 'outside of tests', uri);
        item.range = toEditorRange(range);
        item.sortText = String(range.start.line).padStart(6, '0');
        this.targets.set(item, { uri, name });
        return item;
      }),
    );
  }
}

/** Not the old versions that a diff shows. */
const isOurs = ({ languageId, uri, isUntitled }: vscode.TextDocument): boolean =>
  languageId === LANGUAGES.scenario &&
  (isUntitled ||
    uri.scheme === EXAMPLE_SCHEME ||
    (isScenario(uri.path) && vscode.workspace.fs.isWritableFileSystem(uri.scheme) === true));

const labelOf = (uri: vscode.Uri): string =>
  ['untitled', EXAMPLE_SCHEME].includes(uri.scheme)
    ? uri.path.replace(/^\//, '')
    : vscode.workspace.asRelativePath(uri, undefined);

async function read(uri: vscode.Uri): Promise<string> {
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
}
