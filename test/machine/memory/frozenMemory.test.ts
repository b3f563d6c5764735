import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asPfn } from '../../../src/machine/core/addresses';
import { FrozenMemory } from '../../../src/machine/memory/frozenMemory';
import { PhysicalMemory } from '../../../src/machine/memory/physicalMemory';

/** More than a chunk of a store. */
const FRAMES = 70;
const write = fc.tuple(fc.nat(FRAMES - 1), fc.nat(1023), fc.integer());
const steps = fc.array(
  fc.oneof(fc.record({ write }), fc.record({ drop: fc.nat(FRAMES - 1) }), fc.constant({ save: true })),
  { maxLength: 80 },
);

const wordsOf = (memory: PhysicalMemory): number[][] =>
  Array.from({ length: FRAMES }, (_, frame) => [...(memory.frameWords(asPfn(frame)) ?? new Int32Array(1024))]);

function apply(
  memory: PhysicalMemory,
  step: { write?: [number, number, number]; drop?: number; save?: boolean },
): void {
  if (step.write) memory.writeWord(step.write[0] * 4096 + step.write[1] * 4, step.write[2]);
  if (step.drop !== undefined) memory.unback(asPfn(step.drop));
  if (step.save) memory.save();
}

describe('frozen memory', () => {
  it('is what memory was at the save, whatever has happened since', () => {
    fc.assert(
      fc.property(steps, steps, (before, after) => {
        const memory = new PhysicalMemory(FRAMES * 4096);
        before.forEach((step) => apply(memory, step));
        const expected = wordsOf(memory);
        const frozen = new FrozenMemory(memory.save());
        after.forEach((step) => apply(memory, step));
        const now = wordsOf(memory);
        for (let frame = 0; frame < FRAMES; frame++) {
          assert.deepEqual([...frozen.frameWords(asPfn(frame))], expected[frame]);
          const differs = expected[frame].some((word, i) => word !== now[frame][i]);
          assert.equal(frozen.frameDiffers(memory, asPfn(frame)), differs);
          assert.equal(frozen.differs(memory, frame * 4096, 4096), differs);
        }
      }),
      { numRuns: 25 },
    );
  });
});
