/**
 * The analysis of each open scenario with all files that it includes, made once for each version of them. What is open in
 * an editor counts as it stands there; everything else as it is on disk.
 */
import * as vscode from 'vscode';
import { LANGUAGES } from '../../protocol/names';
import { analyse, type Analysis } from '../../scenario/language/analysis';
import { readSources, type TextFiles } from '../../scenario/language/readSources';
import { includesOf, singleSource, type Sources } from '../../scenario/language/sources';
import { programOf, uriOf } from '../debug/activeProgram';
import { SCENARIO_SUFFIX } from '../debug/programs';

interface Kept {
  version: number;
  /** Of everything else: changes with every change of another scenario. */
  generation: number;
  sources: Promise<Sources>;
}

const MAX_FILES = 2000;
const QUIET_MS = 300;

export class Documents implements vscode.Disposable {
  private readonly kept = new WeakMap<vscode.TextDocument, Kept>();
  private readonly analyses = new WeakMap<Sources, Analysis>();
  private readonly alone = new WeakMap<vscode.TextDocument, { version: number; analysis: Analysis }>();
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable[];
  private generation = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** A scenario has changed that others may include; said when the typing rests. */
  readonly onDidChangeFiles = this.changed.event;

  constructor() {
    const { workspace } = vscode;
    const watcher = workspace.createFileSystemWatcher(`**/*${SCENARIO_SUFFIX}`);
    const another = (): void => {
      this.generation++;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.changed.fire(), QUIET_MS);
    };
    this.subscriptions = [
      this.changed,
      watcher,
      watcher.onDidCreate(another),
      watcher.onDidChange(another),
      watcher.onDidDelete(another),
      workspace.onDidChangeTextDocument(({ document }) => document.languageId === LANGUAGES.scenario && another()),
    ];
  }

  dispose(): void {
    clearTimeout(this.timer);
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  /** Of the text by itself: what it includes is not known. At once. */
  analysisOf(document: vscode.TextDocument): Analysis {
    const known = this.alone.get(document);
    if (known?.version === document.version) return known.analysis;
    const analysis = analyse(document.getText());
    this.alone.set(document, { version: document.version, analysis });
    return analysis;
  }

  /** Of the text with everything that it includes. */
  async wholeAnalysisOf(document: vscode.TextDocument): Promise<Analysis> {
    const sources = await this.sourcesOf(document);
    const known = this.analyses.get(sources) ?? analyse(sources);
    this.analyses.set(sources, known);
    return known;
  }

  sourcesOf(document: vscode.TextDocument): Promise<Sources> {
    const { version } = document;
    const known = this.kept.get(document);
    if (known?.version === version && known.generation === this.generation) return known.sources;
    const sources = readSources(programOf(document.uri), document.getText(), files);
    this.kept.set(document, { version, generation: this.generation, sources });
    return sources;
  }

  /** The scenario of a document, and every other of the workspace that includes it. */
  async scenariosWith(document: vscode.TextDocument): Promise<Sources[]> {
    const own = await this.sourcesOf(document);
    const path = programOf(document.uri);
    const found = await vscode.workspace.findFiles(`**/*${SCENARIO_SUFFIX}`, '**/node_modules/**', MAX_FILES);
    const others = await Promise.all(
      found.filter((uri) => programOf(uri) !== path).map((uri) => including(programOf(uri), path)),
    );
    return [own, ...others.filter((sources) => sources !== undefined)];
  }
}

/** A scenario with its files, if one of them is the wanted one. */
async function including(path: string, wanted: string): Promise<Sources | undefined> {
  try {
    const text = await files.readText(path);
    if (includesOf(singleSource(text).files[0].parsed).length === 0) return undefined;
    const sources = await readSources(path, text, files);
    return sources.files.some((file) => file.path === wanted) ? sources : undefined;
  } catch {
    // What cannot be read includes nothing.
    return undefined;
  }
}

/** Texts as the person sees them. */
const files: TextFiles = {
  async readText(path) {
    const open = vscode.workspace.textDocuments.find(({ uri }) => programOf(uri) === path);
    if (open) return open.getText();
    const uri = uriOf(path);
    if (!vscode.workspace.isTrusted && vscode.workspace.getWorkspaceFolder(uri) === undefined)
      throw new Error('it is outside of the workspace, which is not trusted');
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  },
  resolve: (from, name) => programOf(fileBeside(uriOf(from), name)),
};

/** The file that a scenario names: relative to itself; to the workspace, if it was never saved. */
export function fileBeside(scenario: vscode.Uri, name: string): vscode.Uri {
  if (/^([/\\]|[A-Za-z]:[/\\])/.test(name))
    return scenario.scheme === 'file' ? vscode.Uri.file(name) : scenario.with({ path: name });
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  if (scenario.scheme === 'untitled' && folder) return vscode.Uri.joinPath(folder.uri, name);
  return vscode.Uri.joinPath(scenario, '..', name);
}
