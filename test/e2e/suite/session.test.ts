import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { MomentInfo, TreeResponse } from '../../../src/protocol/requests';

const example = (name: string): vscode.Uri => {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'no folder is open');
  return vscode.Uri.joinPath(folder.uri, name);
};

function next<T>(event: vscode.Event<T>, fits: (value: T) => boolean = () => true): Promise<T> {
  return new Promise((resolve) => {
    const listener = event((value) => {
      if (!fits(value)) return;
      listener.dispose();
      resolve(value);
    });
  });
}

describe('a session through the extension API', () => {
  afterEach(() => vscode.debug.stopDebugging());

  it('starts without a launch.json and stops on the first page fault', async () => {
    const moment = next(vscode.debug.onDidReceiveDebugSessionCustomEvent, (e) => e.event === 'ptscope/moment');
    const started = await vscode.debug.startDebugging(undefined, {
      type: 'ptscope',
      request: 'launch',
      name: 'test',
      program: example('01-first-fault.ptscen').fsPath,
    });
    assert.ok(started);
    const event = await moment;
    const body = event.body as MomentInfo;
    const { session } = event;
    assert.equal(body.title, 'write heap');
    const { nodes } = (await session.customRequest('ptscope/tree', { tree: 'pageTables' })) as TreeResponse;
    assert.equal(nodes[0].label, 'student');
  });

  it('runs a real program’s trace to the end without debugging', async () => {
    const ended = next(vscode.debug.onDidTerminateDebugSession);
    await vscode.debug.startDebugging(
      undefined,
      { type: 'ptscope', request: 'launch', name: 'test', program: example('03-real-program.ptscen').fsPath },
      { noDebug: true },
    );
    await ended;
  });

  it('refuses a program that does not exist, and starts nothing', async () => {
    const started = await vscode.debug
      .startDebugging(undefined, {
        type: 'ptscope',
        request: 'launch',
        name: 'test',
        program: example('absent.ptscen').fsPath,
        suppressDebugStatusbar: true,
      })
      .then(
        (ok) => ok,
        () => false,
      );
    assert.ok(!started || vscode.debug.activeDebugSession === undefined);
  });
});
