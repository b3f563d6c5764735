/** Problems of open scenarios, refreshed shortly after the last keystroke. */
import * as vscode from 'vscode';
import { LANGUAGES } from '../../protocol/names';
import type { Diagnostic } from '../../scenario/language/diagnostics';
import { fileReferences, type FileReference } from '../../scenario/language/services';
import { logProblem } from '../problems';
import { toEditorRange } from './convert';
import type { Documents } from './documents';

const QUIET_MS = 150;

const SEVERITIES: Record<Diagnostic['severity'], vscode.DiagnosticSeverity> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
};

export class DiagnosticsFeature implements vscode.Disposable {
  private readonly collection = vscode.languages.createDiagnosticCollection(LANGUAGES.scenario);
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly documents: Documents,
    private readonly manual: vscode.Uri,
  ) {
    const { workspace } = vscode;
    this.subscriptions = [
      this.collection,
      workspace.onDidOpenTextDocument((document) => this.refresh(document)),
      workspace.onDidChangeTextDocument(({ document }) => this.refreshSoon(document)),
      documents.onDidChangeFiles(() => workspace.textDocuments.forEach((document) => this.refreshIncluding(document))),
      workspace.onDidCloseTextDocument((document) => this.forget(document)),
    ];
    workspace.textDocuments.forEach((document) => this.refresh(document));
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private refreshSoon(document: vscode.TextDocument): void {
    if (document.languageId !== LANGUAGES.scenario) return;
    this.cancel(document);
    this.timers.set(
      document.uri.toString(),
      setTimeout(() => this.refresh(document), QUIET_MS),
    );
  }

  /** What a file includes may have changed, and with it what is wrong in the file. */
  private refreshIncluding(document: vscode.TextDocument): void {
    if (document.languageId === LANGUAGES.scenario && fileReferences(document.getText()).some(isInclude))
      this.refreshSoon(document);
  }

  private refresh(document: vscode.TextDocument): void {
    if (document.languageId === LANGUAGES.scenario && !document.isClosed) void this.check(document);
  }

  private async check(document: vscode.TextDocument): Promise<void> {
    this.cancel(document);
    const { version } = document;
    try {
      const { diagnostics } = await this.documents.wholeAnalysisOf(document);
      // Then it is being checked again, or nobody looks at it any more.
      if (document.version !== version || document.isClosed) return;
      this.collection.set(
        document.uri,
        diagnostics.map((diagnostic) => this.shown(diagnostic)),
      );
    } catch (problem) {
      logProblem(`check ${document.uri.toString()}`, problem);
    }
  }

  private shown({ code, severity, message, range }: Diagnostic): vscode.Diagnostic {
    const shown = new vscode.Diagnostic(toEditorRange(range), message, SEVERITIES[severity]);
    shown.source = 'ptscope';
    shown.code = { value: code, target: this.manual.with({ fragment: code.toLowerCase() }) };
    return shown;
  }

  private forget(document: vscode.TextDocument): void {
    this.cancel(document);
    this.collection.delete(document.uri);
  }

  private cancel({ uri }: vscode.TextDocument): void {
    clearTimeout(this.timers.get(uri.toString()));
    this.timers.delete(uri.toString());
  }
}

const isInclude = ({ kind }: FileReference): boolean => kind === 'include';
