/** New Scenario: an unsaved document with a template in it. It can be debugged as it is. */
import * as vscode from 'vscode';
import { LANGUAGES } from '../../protocol/names';
import { type Template, TEMPLATES } from './templates';

interface TemplateItem extends vscode.QuickPickItem {
  template: Template;
}

/** `wanted`: id of a template, from a link; without one, a person chooses. */
export async function newScenario(extensionUri: vscode.Uri, wanted: unknown): Promise<void> {
  const template = TEMPLATES.find(({ id }) => id === wanted) ?? (await choose());
  if (template === undefined) return;
  const content = await textOf(vscode.Uri.joinPath(extensionUri, 'media', 'templates', `${template.id}.ptscen`));
  const document = await vscode.workspace.openTextDocument({ language: LANGUAGES.scenario, content });
  const editor = await vscode.window.showTextDocument(document);
  const at = template.select === undefined ? -1 : content.indexOf(template.select);
  if (at < 0) return;
  const end = at + (template.select?.length ?? 0);
  editor.selection = new vscode.Selection(document.positionAt(at), document.positionAt(end));
}

async function choose(): Promise<Template | undefined> {
  const items = TEMPLATES.map((template): TemplateItem => ({
    label: `$(${template.icon}) ${template.title}`,
    detail: template.shows,
    template,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: 'New Scenario',
    placeHolder: 'What should it begin with?',
    matchOnDetail: true,
  });
  return chosen?.template;
}

export async function textOf(uri: vscode.Uri): Promise<string> {
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
}
