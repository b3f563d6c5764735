/**
 * One page in a webview, be it of a panel or of the side bar: typed messages in and out. VS Code throws a hidden page
 * away and loads it again from nothing, so a page says when it is ready, and is then told everything.
 */
import * as vscode from 'vscode';
import type { ExportFormat, FromAnyView, ToAnyView } from '../../protocol/viewMessages';
import { pageOf, pageRoot } from './html';

interface Message {
  type: string;
}

export class ViewPage<To extends Message, From extends Message> implements vscode.Disposable {
  private readonly heard = new vscode.EventEmitter<From | FromAnyView>();
  private readonly subscriptions: vscode.Disposable[];
  private ready = false;

  readonly onDidHear = this.heard.event;

  /** `name`: of the page's folder in webview/. */
  constructor(
    private readonly webview: vscode.Webview,
    extensionUri: vscode.Uri,
    name: string,
  ) {
    webview.options = { enableScripts: true, localResourceRoots: [pageRoot(extensionUri)] };
    this.subscriptions = [
      this.heard,
      webview.onDidReceiveMessage((message: From | FromAnyView) => {
        if (message.type === 'ready') this.ready = true;
        this.heard.fire(message);
      }),
    ];
    webview.html = pageOf(webview, extensionUri, name);
  }

  /** Is there a page that listens? */
  get isReady(): boolean {
    return this.ready;
  }

  /** It is out of sight: what is sent now would be lost. */
  hide(): void {
    this.ready = false;
  }

  /** A message to a page that is hidden or still loading is dropped: it asks for everything when it is ready. */
  async send(message: To | ToAnyView): Promise<void> {
    if (this.ready) await this.webview.postMessage(message);
  }

  /** What the page shows, in a format that it knows. */
  exported(format: ExportFormat): Promise<string> {
    return new Promise((resolve, reject) => {
      if (!this.ready) return reject(new Error('the view is not visible'));
      const subscription = this.onDidHear((message) => {
        if (message.type !== 'exported') return;
        subscription.dispose();
        resolve((message as Extract<FromAnyView, { type: 'exported' }>).text);
      });
      void this.send({ type: 'export', format });
    });
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}
