import assert from 'node:assert/strict';
import fc from 'fast-check';
import { packAccess, ScratchChunk } from '../../src/machine/core/accessChunk';
import { Recorder, StopAtEvent } from '../../src/machine/core/probe';
import type { Machine } from '../../src/machine/machine';
import { apply } from './replay/pokes';
import { arm, chunkOf, machineOf, type PlacedAccess, scenario } from './replay/scenario';
import { assertSound } from './replay/soundness';
import { entryAddress, machineWithProcess, map, readEntry, RWX, vpn, writeEntry } from './support';

describe('a replayed chunk', function () {
  this.timeout(60_000);

  it('does what its accesses do one by one, in whatever pieces, whatever is armed or changed between them', () => {
    fc.assert(
      fc.property(scenario, fc.nat(), (s, pick) => {
        const { chunk, placed } = chunkOf(s);
        const replayed = machineOf(s);
        const single = machineOf(s);
        const recorded = machineOf(s);
        const unwound = machineOf(s);
        arm(replayed, s);
        arm(single, s);
        let at = 0;
        for (let piece = 0; at < chunk.length; piece++) {
          const { length, poke } = s.pieces[piece % s.pieces.length];
          for (const m of [replayed, single, recorded, unwound]) apply(m, poke);
          const to = Math.min(chunk.length, at + length);
          replayed.probe.fired = single.probe.fired = 0;
          const made = replayed.replay.run(chunk, at, to, s.shift, s.user);
          const { alive } = replayed.replay;
          assert.ok(made > 0 || !alive, 'it gets on');
          const end = at + made + (alive ? 0 : 1);
          for (let i = at; i < end; i++) {
            assert.equal(single.probe.fired, 0, `a stop before access ${i} is missed`);
            const ok = access(single, placed[i]);
            assert.equal(ok, i < at + made, `access ${i} ${ok ? 'succeeds' : 'fails'}`);
            const events = accessRecorded(recorded, placed[i]);
            if ((i + pick) % 7 === 0) accessUnwound(unwound, placed[i], pick % events);
            access(unwound, placed[i]);
          }
          assert.equal(replayed.probe.fired, single.probe.fired);
          if (alive && made < to - at) assert.notEqual(replayed.probe.fired, 0, 'only what is armed ends it early');
          for (const [how, m] of Object.entries({ single, recorded, unwound })) assertSame(m, replayed, how);
          assertSound(replayed);
          at = end;
        }
      }),
      { numRuns: 200 },
    );
  });

  it('counts the retry of a fault once where the page is in a TLB under the PCID that the kernel returns to', () =>
    handSetPcid());
});

/** A person sets CR3's PCID in user mode, which the kernel knows nothing of. */
const handSetPcid = (): void => {
  const options = { kpti: true, pcid: true };
  const [replayed, single] = [machineWithProcess(options), machineWithProcess(options)];
  const chunk = new ScratchChunk();
  for (let i = 0; i < 3; i++) chunk.append(0x100, packAccess(0, 0, 1));
  for (const m of [replayed, single]) {
    map(m, 0x100, 2, RWX);
    assert.ok(m.access(0, vpn(0x100), 0, 1, 1));
    // The page is there under PCID 2048; then it becomes read-only for the supervisor, and PCID 0 faults on it.
    m.mmu.movToCr3(m.root, 2048);
    assert.ok(m.access(0, vpn(0x100), 0, 1, 1));
    const at = entryAddress(m, 0x100, 3);
    writeEntry(m, at, readEntry(m, at) & ~4n);
    m.mmu.movToCr3(m.root, 0, true);
  }
  replayed.replay.run(chunk, 0, 3, 0, 1);
  for (let i = 0; i < 3; i++) single.access(0, vpn(0x100), 0, 1, 1);
  assertSame(replayed, single, 'a retry that hits');
};

const access = (m: Machine, { kind, page, offset, size, user }: PlacedAccess): boolean =>
  m.access(kind, page, offset, size, user);

/** Returns how many events the access had. */
function accessRecorded(m: Machine, placed: PlacedAccess): number {
  const recorder = new Recorder();
  m.probe.recorder = recorder;
  access(m, placed);
  m.probe.recorder = null;
  assert.ok(recorder.events.every((e) => e.depth >= 0));
  // A machine dies in the middle of what it does.
  if (!m.dead) assert.equal(recorder.events.at(-1)?.depth, 0);
  return recorder.events.length;
}

/** Stops in the middle of the access and goes back to where it began: nothing of it may stay behind. */
function accessUnwound(m: Machine, placed: PlacedAccess, stopAt: number): void {
  const before = m.save();
  m.probe.recorder = new Recorder(stopAt);
  assert.throws(() => access(m, placed), StopAtEvent);
  m.probe.recorder = null;
  m.load(before);
}

function assertSame(actual: Machine, expected: Machine, how: string): void {
  assert.deepEqual([...actual.probe.counters], [...expected.probe.counters], how);
  assert.deepEqual([...actual.last], [...expected.last], how);
  assert.equal(actual.stateHash(), expected.stateHash(), how);
}
