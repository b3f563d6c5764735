/** The one editor tab of a kind: opened by a command, brought back with the window, closed by a person. */
import * as vscode from 'vscode';
import type { ExportFormat, FromAnyView, ToAnyView } from '../../protocol/viewMessages';
import { ViewPage } from './page';

export interface PanelKind {
  /** The view type: what VS Code remembers the panel by. */
  id: string;
  title: string;
  /** Folder in webview/. */
  page: string;
  /** Name of its two icons in media/, without `-light.svg` and `-dark.svg`. */
  icon: string;
}

interface Message {
  type: string;
}

interface Opened<To extends Message, From extends Message> {
  panel: vscode.WebviewPanel;
  page: ViewPage<To, From>;
}

export class SinglePanel<To extends Message, From extends Message> implements vscode.Disposable {
  private readonly heard = new vscode.EventEmitter<From | FromAnyView>();
  private readonly closed = new vscode.EventEmitter<void>();
  private readonly serializer: vscode.Disposable;
  private opened: Opened<To, From> | undefined;

  readonly onDidHear = this.heard.event;
  /** A person has closed it. */
  readonly onDidClose = this.closed.event;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly kind: PanelKind,
  ) {
    this.serializer = vscode.window.registerWebviewPanelSerializer(kind.id, {
      deserializeWebviewPanel: (panel) => {
        this.adopt(panel);
        return Promise.resolve();
      },
    });
  }

  get isOpen(): boolean {
    return this.opened !== undefined;
  }

  /** Is there a page that draws what it is sent? A hidden one is loaded anew when it is shown. */
  get isDrawing(): boolean {
    return this.opened?.page.isReady ?? false;
  }

  /** Opens it beside the editor, or brings it to the front where it is; the keyboard stays where it was. */
  reveal(): void {
    if (this.opened) return this.opened.panel.reveal(undefined, true);
    const where = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    this.adopt(vscode.window.createWebviewPanel(this.kind.id, this.kind.title, where));
  }

  async send(message: To | ToAnyView): Promise<void> {
    await this.opened?.page.send(message);
  }

  async takeFocus(): Promise<void> {
    this.opened?.panel.reveal(undefined, false);
    await this.send({ type: 'focus' });
  }

  async exported(format: ExportFormat): Promise<string> {
    if (!this.opened) throw new Error('the view is closed');
    return this.opened.page.exported(format);
  }

  dispose(): void {
    this.opened?.panel.dispose();
    vscode.Disposable.from(this.serializer, this.heard, this.closed).dispose();
  }

  private adopt(panel: vscode.WebviewPanel): void {
    this.opened?.panel.dispose();
    const { extensionUri, kind } = this;
    const icon = (theme: string): vscode.Uri => vscode.Uri.joinPath(extensionUri, 'media', `${kind.icon}-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    const page = new ViewPage<To, From>(panel.webview, extensionUri, kind.page);
    const opened = { panel, page };
    this.opened = opened;
    page.onDidHear((message) => this.heard.fire(message));
    panel.onDidChangeViewState(() => {
      if (!panel.visible) page.hide();
    });
    panel.onDidDispose(() => {
      page.dispose();
      if (this.opened !== opened) return;
      this.opened = undefined;
      this.closed.fire();
    });
  }
}
