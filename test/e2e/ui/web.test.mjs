import assert from 'node:assert/strict';
import { examples, fromRoot } from '../../../scripts/lib/paths.mjs';
import { launch } from '../rig/workbench.mjs';

describe('the web extension', () => {
  let rig;

  before(async () => {
    // The probe would run in the other extension host, where it sees nothing of this one.
    rig = await launch({ extension: fromRoot(), workspace: examples, web: true, probe: false });
  });

  after(() => rig?.close());

  it('starts in a web worker without an error on the console', async () => {
    await rig.openFile('01-first-fault.ptscen');
    await rig.ready();
    await rig.screenshot('web');
    assert.deepEqual(rig.problems, []);
  });

  it('debugs there, with the adapter inside the extension host', async () => {
    await rig.page.keyboard.press('F5');
    const { reason } = await rig.waitForStop();
    assert.match(reason, /page fault: minor/);
    await rig.screenshot('web-stop');
    assert.deepEqual(rig.problems, []);
  });
});
