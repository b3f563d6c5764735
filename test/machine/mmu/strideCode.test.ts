import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.join(__dirname, '../../..');

describe('the compiled loop of strides', () => {
  it('was compiled from what its sources are now', async () => {
    const url = pathToFileURL(path.join(root, 'scripts/wasm.mjs')).href;
    const { checksumOfSources } = (await import(url)) as { checksumOfSources(): string };
    const code = readFileSync(path.join(root, 'src/machine/mmu/strideCode.ts'), 'utf8');
    const [, checksum] = /Sources: (\w+)/.exec(code)!;
    assert.equal(checksum, checksumOfSources(), 'npm run wasm has to be run');
  });
});
