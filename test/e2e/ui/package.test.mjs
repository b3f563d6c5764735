import assert from 'node:assert/strict';
import { makePackage } from '../../../scripts/package.mjs';
import { examples } from '../../../scripts/lib/paths.mjs';
import { launch, sleep } from '../rig/workbench.mjs';

const WORKBENCH_SETTLES_MS = 5000;

describe('the package', () => {
  let rig;

  after(() => rig?.close());

  it('installs into a fresh VS Code and activates there', async () => {
    rig = await launch({ vsix: await makePackage(), workspace: examples });
    const extension = await rig.api(async (vscode) => {
      const installed = vscode.extensions.getExtension('ptscope.ptscope');
      await installed.activate();
      return { isActive: installed.isActive, path: installed.extensionPath };
    });
    assert.ok(extension.isActive);
    assert.ok(extension.path.startsWith(rig.server.dir), `${extension.path} is not the installed copy`);
    assert.deepEqual(rig.problems, []);
  });

  it('debugs from there', async () => {
    await rig.openFile('01-first-fault.ptscen');
    // The workbench learns to open a debugger's documents only some seconds after it has started.
    await sleep(WORKBENCH_SETTLES_MS);
    await rig.page.keyboard.press('F5');
    const { reason } = await rig.waitForStop();
    assert.match(reason, /page fault: minor/);
    await rig.settle();
    await rig.stopDebug();
    assert.deepEqual(rig.problems, []);
  });
});
