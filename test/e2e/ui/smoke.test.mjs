import assert from 'node:assert/strict';
import { fromRoot, examples } from '../../../scripts/lib/paths.mjs';
import { launch } from '../rig/workbench.mjs';

describe('the workbench with the extension', () => {
  let rig;

  before(async () => {
    rig = await launch({ extension: fromRoot(), workspace: examples });
  });

  after(() => rig?.close());

  it('opens an example as a scenario, without an error on the console', async () => {
    await rig.openFile('01-first-fault.ptscen');
    const language = await rig.api((vscode) => vscode.window.activeTextEditor.document.languageId);
    assert.equal(language, 'ptscen');
    await rig.screenshot('smoke');
    assert.deepEqual(rig.problems, []);
  });
});
