/** One Walk panel: sends pictures, hears what is pointed at. It is recreated from nothing whenever VS Code shows it again. */
import * as vscode from 'vscode';
import { WEBVIEWS } from '../../protocol/names';
import type { FromWalkView, ToWalkView } from '../../protocol/walkView';
import { pageOf, pageRoot } from './html';

export class WalkPanel implements vscode.Disposable {
  private readonly heard = new vscode.EventEmitter<FromWalkView>();
  private readonly closed = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable[];
  private ready = false;

  readonly onDidHear = this.heard.event;
  readonly onDidClose = this.closed.event;

  constructor(
    private readonly panel: vscode.WebviewPanel,
    extensionUri: vscode.Uri,
  ) {
    panel.webview.options = { enableScripts: true, localResourceRoots: [pageRoot(extensionUri)] };
    panel.iconPath = {
      light: vscode.Uri.joinPath(extensionUri, 'media', 'walk-light.svg'),
      dark: vscode.Uri.joinPath(extensionUri, 'media', 'walk-dark.svg'),
    };
    this.subscriptions = [
      this.heard,
      this.closed,
      panel.onDidDispose(() => this.closed.fire()),
      panel.onDidChangeViewState(() => {
        if (!panel.visible) this.ready = false;
      }),
      panel.webview.onDidReceiveMessage((message: FromWalkView) => {
        if (message.type === 'ready') this.ready = true;
        this.heard.fire(message);
      }),
    ];
    panel.webview.html = pageOf(panel.webview, extensionUri, 'walk');
  }

  static create(extensionUri: vscode.Uri): WalkPanel {
    const where = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    return new WalkPanel(vscode.window.createWebviewPanel(WEBVIEWS.walk, 'Walk', where), extensionUri);
  }

  /** A message to a page that is hidden or still loading would be lost: it asks for the picture when it is ready. */
  async send(message: ToWalkView): Promise<void> {
    if (this.ready) await this.panel.webview.postMessage(message);
  }

  reveal(): void {
    this.panel.reveal(undefined, true);
  }

  async takeFocus(): Promise<void> {
    this.panel.reveal(undefined, false);
    await this.send({ type: 'focus' });
  }

  close(): void {
    this.panel.dispose();
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}
