/**
 * A stop moves the keyboard to the editor where it stopped. A person who went there from a view wants to go on in the
 * view: after the next stop, `takeFocus` is called.
 */
import * as vscode from 'vscode';

/** VS Code opens the editor of a stack frame some time after it has selected the frame, and reports only the latter. */
const EDITOR_OPENS_MS = 200;

export function giveFocusBack(takeFocus: () => unknown): vscode.Disposable {
  const subscription = vscode.debug.onDidChangeActiveStackItem((item) => {
    if (!(item instanceof vscode.DebugStackFrame)) return;
    subscription.dispose();
    setTimeout(() => void takeFocus(), EDITOR_OPENS_MS);
  });
  return subscription;
}
