/** Views whose pages can be kept as files, by the ids that VS Code knows them by: for the command in their context menus. */
export class ExportableViews {
  private readonly exporters = new Map<string, () => Promise<void>>();

  add(id: string, exporter: () => Promise<void>): void {
    this.exporters.set(id, exporter);
  }

  /** `context`: what VS Code hands to a command of a webview's context menu. */
  async export(context: unknown): Promise<void> {
    const id = typeof context === 'object' && context !== null && 'webview' in context ? context.webview : undefined;
    const exporter = typeof id === 'string' ? this.exporters.get(id) : undefined;
    if (exporter === undefined) throw new Error('choose it from the context menu of a view that draws something');
    await exporter();
  }
}
