/** Copy what a row is about: its virtual address, or else the place in physical memory. */
import * as vscode from 'vscode';
import { addressOf, nodeOf } from './rows';

export async function copyAddress(argument: unknown): Promise<void> {
  const text = addressOf(argument) ?? nodeOf(argument)?.memoryReference;
  if (text === undefined) throw new Error('choose it from the context menu of a row that has an address');
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(`ptscope: copied ${text}`, 3000);
}
