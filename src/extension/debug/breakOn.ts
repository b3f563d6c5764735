/**
 * Break on Write and Break on Access, for a row of the Page Tables tree.
 *
 * VS Code lets no extension add a data breakpoint: `addBreakpoints` drops them. A function breakpoint it adds, and lists,
 * switches, edits, restores like any other; our adapter understands data in its name (adapter/breakpoints/dataNames.ts).
 */
import * as vscode from 'vscode';
import { isPointedAt, nodeOf } from '../trees/rows';
import { breakpointName } from './places';

export function breakOn(access: 'write' | 'access', argument: unknown): void {
  const entry = isPointedAt(argument) ? argument : nodeOf(argument);
  const name = entry && breakpointName(access, entry);
  if (name === undefined) throw new Error('choose it from the context menu of an entry in Page Tables');
  const known = vscode.debug.breakpoints.some((b) => b instanceof vscode.FunctionBreakpoint && b.functionName === name);
  if (!known) vscode.debug.addBreakpoints([new vscode.FunctionBreakpoint(name)]);
  const where = known ? 'is in Breakpoints already' : 'is in Breakpoints now';
  vscode.window.setStatusBarMessage(`ptscope: “${name}” ${where}`, 5000);
}
