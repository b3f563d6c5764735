import assert from 'node:assert/strict';
import fc from 'fast-check';
import { PhysicalMemory } from '../../../src/machine/memory/physicalMemory';
import { hashOf, MIB, pfn } from '../support';

describe('physical memory', () => {
  it('reads zero where nothing was written, changes nothing by reading, and ends where it ends', () => {
    const memory = new PhysicalMemory(2 * MIB);
    const hash = hashOf(memory);
    assert.equal(memory.readWord(0x1000), 0);
    assert.equal(memory.readWord(4 * MIB), 0);
    assert.equal(memory.readBytes(2 * MIB - 3, 10).length, 3);
    assert.equal(memory.readBytes(4 * MIB, 10).length, 0);
    assert.equal(memory.writeBytes(2 * MIB - 2, Uint8Array.of(1, 2, 3)), 2);
    assert.notEqual(hashOf(memory), hash);
  });

  it('gives back the bytes that were written, at any address and length', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(20_000), fc.uint8Array({ maxLength: 40 })), { maxLength: 20 }), (writes) => {
        const memory = new PhysicalMemory(2 * MIB);
        const model = new Uint8Array(32_768);
        for (const [at, bytes] of writes) {
          assert.equal(memory.writeBytes(at, bytes), bytes.length);
          model.set(bytes, at);
        }
        assert.deepEqual(memory.readBytes(0, model.length), model);
      }),
    );
  });

  it('keeps slots of freed frames for others, which start with zeroes', () => {
    const memory = new PhysicalMemory(2 * MIB);
    memory.writeWord(5 * 4096, 1);
    memory.writeWord(6 * 4096, 2);
    const used = memory.pool.used;
    memory.unback(pfn(5));
    assert.equal(memory.readWord(5 * 4096), 0);
    memory.writeWord(9 * 4096 + 8, 3);
    assert.equal(memory.pool.used, used, 'the slot is used again');
    assert.equal(memory.readWord(9 * 4096), 0);
    assert.deepEqual([memory.readWord(6 * 4096), memory.readWord(9 * 4096 + 8)], [2, 3]);
  });

  it('restores what was saved, backed or not', () => {
    const memory = new PhysicalMemory(2 * MIB);
    memory.writeWord(5 * 4096, 1);
    const hash = hashOf(memory);
    const saved = memory.save();
    memory.unback(pfn(5));
    memory.writeWord(7 * 4096, 3);
    memory.load(saved);
    assert.deepEqual([memory.readWord(5 * 4096), memory.readWord(7 * 4096)], [1, 0]);
    assert.equal(hashOf(memory), hash);
  });
});
