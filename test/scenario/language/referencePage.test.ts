import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { languagePage } from '../../../src/scenario/language/referencePage';

const page = path.join(__dirname, '../../../docs/language.md');

describe('the language reference', () => {
  it('is what the tables say (UPDATE=1 writes it anew)', () => {
    if (process.env.UPDATE) writeFileSync(page, languagePage());
    assert.equal(readFileSync(page, 'utf8'), languagePage());
  });
});
