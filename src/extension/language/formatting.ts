/** The formatter: one edit over the whole text, or none if it is well laid out already. */
import * as vscode from 'vscode';
import { LANGUAGES } from '../../protocol/names';
import { format } from '../../scenario/language/formatter';

export function registerFormatting(): vscode.Disposable {
  return vscode.languages.registerDocumentFormattingEditProvider(LANGUAGES.scenario, {
    provideDocumentFormattingEdits(document) {
      const text = document.getText();
      const formatted = format(text);
      if (formatted === text) return [];
      const whole = new vscode.Range(document.positionAt(0), document.positionAt(text.length));
      return [vscode.TextEdit.replace(whole, formatted)];
    },
  });
}
