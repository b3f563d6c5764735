// One fault, three kinds of tables: the same views of a tree, of flattened tables and of a cuckoo hash, in the real
// workbench. Pictures are kept in test/e2e/artefacts.
import assert from 'node:assert/strict';
import { examples, fromRoot } from '../../../scripts/lib/paths.mjs';
import { launch, sleep } from '../rig/workbench.mjs';
import { toEndOfTick, walkText } from './support.mjs';

/** `tables`, `walk`: what the tree and the picture must say behind the first fault. */
const EXAMPLES = [
  { file: '04-fork-cow.ptscen', driver: 'radix', tables: [/^PGD/], walk: ['PGD', 'PUD', 'PMD', 'PTE'] },
  { file: '20-fpt-three-modes.ptscen', driver: 'fpt', tables: [/^PGD\+PUD/], walk: ['PGD+PUD', 'PMD+PTE'] },
  { file: '30-ecpt-first-walk.ptscen', driver: 'ecpt', tables: [/way/], walk: ['way'] },
];

describe('one fault on several schemes', () => {
  let rig;

  before(async () => {
    rig = await launch({ extension: fromRoot(), workspace: examples, width: 1680, height: 1050 });
  });

  after(() => rig?.close());

  afterEach(async () => {
    await rig.command('workbench.action.debug.stop');
    await rig.settle();
  });

  for (const { file, driver, tables, walk } of EXAMPLES)
    it(`${file}: stops in the fault, and shows tables and walk behind it`, async () => {
      await rig.openFile(file);
      await rig.page.keyboard.press('F5');
      await rig.waitForStop();
      const frames = (await rig.readCallStack()).filter((row) => row.frame).map((row) => row.frame);
      assert.equal(frames[0], `tdb_find_tobj [${driver}]`);
      assert.ok(frames.includes('handle_mm_fault'), frames.join(', '));
      // On to the end of the access.
      await toEndOfTick(rig);
      await rig.expandTreeRow('Page Tables', (await rig.treeRows('Page Tables'))[0].label);
      await rig.settle();
      await sleep(500);
      const rows = (await rig.treeRows('Page Tables')).map((row) => row.label);
      for (const label of tables)
        assert.ok(
          rows.some((row) => label.test(row)),
          `${label} is not in ${rows.join(', ')}`,
        );
      const text = await walkText(rig);
      for (const part of walk) assert.ok(text.includes(part), `${part} is not in: ${text}`);
      await rig.screenshot(`scheme-${driver}`);
    });
});
