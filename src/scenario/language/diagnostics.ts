/** Diagnostics as plain data: what is wrong, where, how sure, and how to put it right. The one place that makes them. */
import { CODES, type CodeName, type Severity } from './codes';
import type { Range } from './expressions';

export interface TextEdit {
  range: Range;
  newText: string;
}

export interface QuickFix {
  title: string;
  edits: TextEdit[];
}

export interface Diagnostic {
  /** `PTS012`; codes.ts has the row. */
  code: string;
  severity: Severity;
  /** One sentence (or two) for a person. */
  message: string;
  range: Range;
  fixes?: QuickFix[];
}

export type Report = (diagnostic: Diagnostic) => void;

export function diagnostic(name: CodeName, message: string, range: Range, ...fixes: QuickFix[]): Diagnostic {
  const { code, severity } = CODES[name];
  return fixes.length === 0 ? { code, severity, message, range } : { code, severity, message, range, fixes };
}

export const replacing = (range: Range, newText: string): QuickFix => ({
  title: newText === '' ? 'Remove' : `Replace with \`${newText.trim()}\``,
  edits: [{ range, newText }],
});

export const hasErrors = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some(({ severity }) => severity === 'error');
