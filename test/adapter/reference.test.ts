import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { dapPage } from '../../src/adapter/reference';
import { PtscopeSession } from '../../src/adapter/session';
import { nodeAdapterHost } from '../../src/hosts/dapServer';
import { REQUESTS } from '../../src/protocol/names';

const page = path.join(__dirname, '../../docs/dap.md');

describe('the reference of the adapter', () => {
  const { handlers } = new PtscopeSession(nodeAdapterHost) as unknown as { handlers: Record<string, unknown> };

  it('is what its tables say (UPDATE=1 writes it anew)', () => {
    const text = dapPage(Object.keys(handlers));
    if (process.env.UPDATE) writeFileSync(page, text);
    assert.equal(readFileSync(page, 'utf8'), text);
  });

  it('has every request of ours, and each has a handler', () => {
    const text = readFileSync(page, 'utf8');
    for (const name of Object.values(REQUESTS)) {
      assert.ok(text.includes(`| \`${name}\` |`), name);
      assert.ok(name in handlers, name);
    }
  });
});
