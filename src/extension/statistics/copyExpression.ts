/** Copies what a counter is called in expressions, for a watch, a condition or an `expect`. */
import * as vscode from 'vscode';

/** `counter`: what the context menu of the Statistics view hands over. */
export async function copyExpression(counter: unknown): Promise<void> {
  const named = typeof counter === 'object' && counter !== null && 'expression' in counter ? counter : undefined;
  if (typeof named?.expression !== 'string') throw new Error('choose it from the context menu of a counter');
  await vscode.env.clipboard.writeText(named.expression);
}
