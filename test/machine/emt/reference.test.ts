import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { FUNCTION_GROUPS, type FunctionName } from '../../../src/machine/core/functions';
import { emtPage } from '../../../src/machine/emt/reference';
import { machine } from '../support';

const page = path.join(__dirname, '../../../docs/emt.md');

describe('the reference of the EMT API', () => {
  it('is what tables and driver say (UPDATE=1 writes it anew)', () => {
    const { emt } = machine();
    const names = Object.keys(FUNCTION_GROUPS.customizable) as FunctionName[];
    const text = emtPage(new Set(names.filter((name) => emt.implementationOf(name) === 'driver')));
    if (process.env.UPDATE) writeFileSync(page, text);
    assert.equal(readFileSync(page, 'utf8'), text);
  });

  it('has all 50 functions', () => {
    const rows = readFileSync(page, 'utf8').match(/^\| `\w+` \|/gm);
    assert.equal(new Set(rows).size, 50);
  });
});
