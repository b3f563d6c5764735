/** Places of the language services and places of the editor: both count from zero, in UTF-16 units. */
import * as vscode from 'vscode';
import type { Position, Range } from '../../scenario/language/ast';
import type { TextEdit } from '../../scenario/language/diagnostics';

export function toEditorRange({ start, end }: Range): vscode.Range {
  return new vscode.Range(start.line, start.column, end.line, end.column);
}

export function fromEditorPosition({ line, character }: vscode.Position): Position {
  return { line, column: character };
}

export function toEditorEdit({ range, newText }: TextEdit): vscode.TextEdit {
  return vscode.TextEdit.replace(toEditorRange(range), newText);
}
