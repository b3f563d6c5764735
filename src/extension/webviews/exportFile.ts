/** Keeps what a view shows as a file: a person says in which format, then where. */
import * as vscode from 'vscode';
import type { ExportFormat } from '../../protocol/viewMessages';

const FORMATS: Record<ExportFormat, { label: string; detail: string }> = {
  svg: { label: 'SVG picture', detail: 'What the view draws, in its colours.' },
  csv: { label: 'CSV table', detail: 'The numbers behind it, for a spreadsheet.' },
  json: { label: 'JSON data', detail: 'Everything the view has been told, for a program.' },
};

export interface Exporter {
  /** File name without extension, e.g. `statistics-1200`. */
  name: string;
  formats: readonly ExportFormat[];
  /** The view's own words in a format. */
  text(format: ExportFormat): Promise<string>;
}

export async function exportFile({ name, formats, text }: Exporter): Promise<void> {
  const format = await chosen(formats);
  if (format === undefined) return;
  const content = await text(format);
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    filters: { [FORMATS[format].label]: [format] },
    ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, `${name}.${format}`) } : {}),
  });
  if (target) await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(content));
}

async function chosen(formats: readonly ExportFormat[]): Promise<ExportFormat | undefined> {
  if (formats.length === 1) return formats[0];
  const items = formats.map((format) => ({ ...FORMATS[format], format }));
  const item = await vscode.window.showQuickPick(items, {
    title: 'Export the View',
    placeHolder: 'Format of the file',
  });
  return item?.format;
}
