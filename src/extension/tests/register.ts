/** Scenarios in the Test Explorer: run, debug, cancel, and from a failure into the debugger. */
import * as vscode from 'vscode';
import { TEST_CONTROLLER } from '../../protocol/names';
import { launchOf } from '../debug/configurations';
import type { ExtensionHost } from '../host';
import { INTERNAL_COMMANDS } from '../internalCommands';
import { guarded } from '../problems';
import { Discovery } from './discovery';
import { FailureMoments } from './failures';
import { TestRunner } from './runner';

export interface Tests extends vscode.Disposable {
  debugFailure(argument: unknown): Promise<void>;
}

export function registerTests(host: ExtensionHost): Tests {
  const controller = vscode.tests.createTestController(TEST_CONTROLLER, 'ptscope scenarios');
  const discovery = new Discovery(controller);
  const failures = new FailureMoments(discovery);
  const runner = new TestRunner(controller, discovery, failures, host);
  const { Run, Debug } = vscode.TestRunProfileKind;
  const run = (request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> =>
    runner.run(request, token);
  controller.createRunProfile('Run', Run, run, true);
  controller.createRunProfile(
    'Debug',
    Debug,
    (request, token) => debug(controller, runner, discovery, request, token),
    true,
  );

  /** The lens above a test: its result is shown where those of the Test Explorer are. */
  const runTest = async (uri: unknown, name: unknown): Promise<void> => {
    if (!(uri instanceof vscode.Uri) || typeof name !== 'string') return;
    await discovery.refresh(uri);
    const item = discovery.find(uri, name);
    if (item === undefined) throw new Error(`there is no test “${name}” any more`);
    await run(new vscode.TestRunRequest([item]), new vscode.CancellationTokenSource().token);
  };
  const disposable = vscode.Disposable.from(
    controller,
    discovery,
    vscode.commands.registerCommand(INTERNAL_COMMANDS.runTest, guarded('run the test', runTest)),
  );
  return {
    debugFailure: (argument) => failures.debug(argument),
    dispose: () => {
      disposable.dispose();
    },
  };
}

/** One test after the other, each in a session of its own, until a person has had enough. */
async function debug(
  controller: vscode.TestController,
  runner: TestRunner,
  discovery: Discovery,
  request: vscode.TestRunRequest,
  token: vscode.CancellationToken,
): Promise<void> {
  const run = controller.createTestRun(request);
  for (const item of runner.chosen(request)) {
    const target = discovery.targetOf(item);
    if (target === undefined || token.isCancellationRequested) continue;
    const { uri, name } = target;
    const configuration = launchOf(uri);
    if (name !== '') Object.assign(configuration, { test: name, name: `${configuration.name}: ${name}` });
    run.started(item);
    await session(vscode.workspace.getWorkspaceFolder(uri), configuration, token);
  }
  // Whether it holds is not known of a run that a person steers: results are those of Run.
  run.end();
}

/** Until the session has ended. */
async function session(
  folder: vscode.WorkspaceFolder | undefined,
  configuration: vscode.DebugConfiguration,
  token: vscode.CancellationToken,
): Promise<void> {
  let ours: vscode.DebugSession | undefined;
  const begun = vscode.debug.onDidStartDebugSession((started) => {
    if (started.configuration.name === configuration.name) ours ??= started;
  });
  let ended: vscode.Disposable | undefined;
  const over = new Promise<void>((resolve) => {
    ended = vscode.debug.onDidTerminateDebugSession((each) => each === ours && resolve());
  });
  const cancelled = token.onCancellationRequested(() => void vscode.debug.stopDebugging(ours));
  try {
    if (await vscode.debug.startDebugging(folder, configuration)) await over;
  } finally {
    vscode.Disposable.from(begun, cancelled, ...(ended ? [ended] : [])).dispose();
  }
}
