/** What a newcomer is offered is there, is well laid out, and does what it says. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { EXAMPLE_GROUPS } from '../../src/extension/start/examples';
import { TEMPLATES } from '../../src/extension/start/templates';
import { analyse } from '../../src/scenario/language/analysis';
import { fileNames } from '../../src/scenario/language/files';
import { format } from '../../src/scenario/language/formatter';
import { ptscope, ROOT } from '../cli/support';

const FOLDER = path.join(ROOT, 'media/templates');
const EXAMPLES = path.join(ROOT, 'examples');

describe('templates of a new scenario', () => {
  it('are exactly the files that there are', () => {
    assert.deepEqual(TEMPLATES.map(({ id }) => `${id}.ptscen`).toSorted(), readdirSync(FOLDER).toSorted());
  });

  for (const { id, select } of TEMPLATES) {
    const file = path.join(FOLDER, `${id}.ptscen`);
    const text = readFileSync(file, 'utf8');

    it(`${id}: is without problems and formatted`, () => {
      assert.deepEqual(analyse(text).diagnostics, []);
      assert.equal(format(text), text);
      if (select !== undefined) assert.ok(text.includes(select));
    });

    // What has to be filled in cannot run before.
    if (select === undefined)
      it(`${id}: runs, and all that it expects holds`, async () => {
        const { code, out } = await ptscope(['test', file]);
        assert.equal(code, 0, out);
      });
  }
});

describe('the gallery of examples', () => {
  it('has every example once, in order', () => {
    const shown = EXAMPLE_GROUPS.flatMap(({ examples }) => examples.map(({ file }) => file));
    const there = readdirSync(EXAMPLES).filter((name) => name.endsWith('.ptscen'));
    assert.deepEqual(shown, there);
  });

  it('copies with an example the files that it names', () => {
    assert.deepEqual(fileNames(readFileSync(path.join(EXAMPLES, '03-real-program.ptscen'), 'utf8')), [
      'traces/ls.lackey.gz',
    ]);
    assert.deepEqual(fileNames('include "a b.ptscen"\ntrace "x" limit 1\ninclude "a b.ptscen"\n'), ['a b.ptscen', 'x']);
  });
});
