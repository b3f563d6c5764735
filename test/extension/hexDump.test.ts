import assert from 'node:assert/strict';
import { hexDump } from '../../src/extension/memory/hexDump';

describe('a hex dump', () => {
  it('shows 64-bit words as the hardware reads them, and bytes as text', () => {
    const bytes = new Uint8Array(32);
    bytes.set([0x67, 0x30, 0, 0, 0, 0, 0, 0x80], 8);
    assert.equal(
      hexDump(bytes, 0x1a2000),
      '001a2000  0000000000000000 8000000000003067 0000000000000000 0000000000000000  |........g0......................|',
    );
  });

  it('replaces rows that repeat by one star and keeps the last', () => {
    const lines = hexDump(new Uint8Array(32 * 5), 0).split('\n');
    assert.equal(lines.length, 3);
    assert.equal(lines[1], '*');
    assert.match(lines[2] ?? '', /^00000080 /);
  });

  it('shows a short last row', () => {
    assert.equal(hexDump(new Uint8Array([1, 2]), 0), `00000000  ${'0201'.padEnd(67)}  |..|`);
  });
});
