/** Attributes of an object, as the x86 encoding keeps them. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { asVpn } from '../../../src/machine/core/addresses';
import { Attribute, ATTRIBUTE_NAMES, Tobj } from '../../../src/machine/emt/tobj';
import { LOW } from '../../../src/machine/paging/x86/entry';
import { EVERY_SCHEME } from '../support';
import { World } from './world';

const FLAGS = [
  Attribute.WRITE,
  Attribute.EXEC,
  Attribute.USER,
  Attribute.ACCESSED,
  Attribute.DIRTY,
  Attribute.SPECIAL,
  Attribute.SOFT_DIRTY,
  Attribute.DEVMAP,
] as const;

/** What a scheme's entries keep: page sizes, bits of a frame number, slots, and attributes that are what they are. */
interface Shape {
  sizes: readonly number[];
  frameBits: number;
  slots: number;
  fixed: ReadonlyMap<Attribute, number>;
  /** The frame of a PROT_NONE page is inverted. */
  inverts: boolean;
}

const LONG: Shape = { sizes: [1, 512, 2 ** 18], frameBits: 40, slots: 2 ** 36, fixed: new Map(), inverts: true };
const NO_KEYS = [
  [Attribute.PKEY, 0],
  [Attribute.DEVMAP, 0],
] as const;
const SHAPES: Readonly<Record<string, Shape>> = {
  'linear 32': { ...LONG, sizes: [1] },
  pae: { ...LONG, sizes: [1, 512], fixed: new Map(NO_KEYS) },
  'radix 32': {
    sizes: [1, 1024],
    frameBits: 20,
    slots: 2 ** 23 - 2,
    fixed: new Map([...NO_KEYS, [Attribute.EXEC, 1], [Attribute.SOFT_DIRTY, 0]]),
    inverts: false,
  },
};

/** What software writes is the guest's. */
const guestOf = (scheme: string): string => /^nested (.+) over /.exec(scheme)?.[1] ?? scheme;

interface Values {
  pages: number;
  frame: number;
  pkey: number;
  mode: number;
  flags: boolean[];
}

const valuesOf = ({ sizes, frameBits }: Shape): fc.Arbitrary<Values> =>
  fc.record({
    pages: fc.constantFrom(...sizes),
    frame: fc.integer({ min: 1, max: frameBits > 20 ? 2 ** 22 - 1 : 2 ** 10 - 1 }),
    pkey: fc.nat(15),
    mode: fc.nat(7),
    flags: fc.array(fc.boolean(), { minLength: FLAGS.length, maxLength: FLAGS.length }),
  });

/** All that a page has besides whether it may be read. */
const written = ({ pages, frame, pkey, mode, flags }: Values): Map<Attribute, number> =>
  new Map<Attribute, number>([
    [Attribute.SIZE, pages],
    [Attribute.PA, frame * pages],
    [Attribute.PKEY, pkey],
    [Attribute.CACHE_MODE, mode],
    ...FLAGS.map((flag, i) => [flag, flags[i] ? 1 : 0] as const),
  ]);

for (const scheme of EVERY_SCHEME)
  describe(`attributes over ${scheme}`, () => {
    const shape = SHAPES[guestOf(scheme)] ?? LONG;
    const values = valuesOf(shape);
    const { emt } = new World({ scheme });
    const tobj = new Tobj();
    const read = (key: Attribute): number => emt.tobjReadAttr(tobj, key);
    const write = (key: Attribute, value: number): void => emt.tobjWriteAttr(tobj, key, value);
    const check = (expected: ReadonlyMap<Attribute, number>): void => {
      for (const [key, value] of expected) assert.equal(read(key), shape.fixed.get(key) ?? value, ATTRIBUTE_NAMES[key]);
    };

    it('read back as they were written, in any order, and no other changes', () => {
      fc.assert(
        fc.property(values, fc.integer({ min: 0, max: 2 ** 52 - 1 }), fc.nat(), (v, vpn, seed) => {
          emt.tobjInit(tobj, asVpn(5));
          write(Attribute.PRESENT, 1);
          write(Attribute.SIZE, v.pages);
          const all = written(v)
            .set(Attribute.VA, vpn)
            .set(Attribute.GLOBAL, seed % 2);
          const order = [...all.keys()].map((key, i) => [((i + 1) * (seed + 7)) % 31, key] as const);
          for (const [, key] of order.toSorted((x, y) => x[0] - y[0])) write(key, all.get(key)!);
          check(all);
          check(
            new Map([
              [Attribute.MAPPED, 1],
              [Attribute.PRESENT, 1],
              [Attribute.READ, 1],
              [Attribute.SWAP, 0],
            ]),
          );
        }),
      );
    });

    it('of an object under construction, which is not present yet, are kept too', () => {
      fc.assert(
        fc.property(values, (v) => {
          emt.tobjInit(tobj, asVpn(5));
          assert.equal(read(Attribute.MAPPED), 0);
          for (const [key, value] of written(v)) write(key, value);
          check(written(v).set(Attribute.PRESENT, 0).set(Attribute.SWAP, 0).set(Attribute.MAPPED, 1));
          write(Attribute.PRESENT, 1);
          check(written(v).set(Attribute.PRESENT, 1));
        }),
      );
    });

    it('survive PROT_NONE, under which a page is mapped, not present, and names no frame that the hardware could follow', () => {
      fc.assert(
        fc.property(values, values, (v, later) => {
          emt.tobjInit(tobj, asVpn(5));
          for (const [key, value] of written(v)) write(key, value);
          write(Attribute.PRESENT, 1);
          const word0 = tobj.word0;
          const word1 = tobj.word1;
          write(Attribute.READ, 0);
          const none = [
            [Attribute.READ, 0],
            [Attribute.PRESENT, 0],
            [Attribute.MAPPED, 1],
            [Attribute.SWAP, 0],
            [Attribute.GLOBAL, 0],
          ] as const;
          check(new Map([...written(v), ...none]));
          assert.equal(emt.tobjIsSwap(tobj), false);
          assert.equal(tobj.word0 & (LOW.P | LOW.G), LOW.G, 'bit 8, without P');
          if (shape.inverts) assert.notEqual((tobj.word1 ^ word1) & 0xfffff, 0, 'the frame is inverted');
          write(Attribute.READ, 0);
          write(Attribute.READ, 1);
          assert.deepEqual([tobj.word0, tobj.word1], [word0, word1]);

          write(Attribute.READ, 0);
          for (const [key, value] of written(later)) write(key, value);
          check(new Map([...written(later), ...none]));
          write(Attribute.PRESENT, 1);
          check(written(later).set(Attribute.READ, 1).set(Attribute.PRESENT, 1));
        }),
      );
    });

    it('of what is in swap are its slot and SOFT_DIRTY alone', () => {
      fc.assert(
        fc.property(values, fc.integer({ min: 0, max: shape.slots }), fc.nat(1), (v, slot, softDirty) => {
          emt.tobjInit(tobj, asVpn(5));
          for (const [key, value] of written({ ...v, pages: 1 })) write(key, value);
          write(Attribute.PRESENT, 1);
          write(Attribute.SOFT_DIRTY, softDirty);
          emt.swapToTobj(tobj, slot);
          const swapped = new Map<Attribute, number>([
            [Attribute.SWAP, slot + 1],
            [Attribute.SOFT_DIRTY, softDirty],
            [Attribute.MAPPED, 1],
            [Attribute.PRESENT, 0],
            [Attribute.SIZE, 1],
            ...[Attribute.READ, Attribute.WRITE, Attribute.USER, Attribute.ACCESSED, Attribute.DIRTY].map(
              (key) => [key, 0] as const,
            ),
          ]);
          check(swapped);
          assert.deepEqual([emt.tobjIsSwap(tobj), emt.tobjToSwap({ id: 1, root: 0 as never }, tobj)], [true, slot]);
          assert.equal(tobj.word0 & (LOW.P | LOW.G), 0);
          if (shape.inverts) assert.equal(tobj.word1 >>> 27, 0, 'type 0 in bits 59 to 63');
          else assert.deepEqual([tobj.word0 & 0x1ff, tobj.word1], [0, 0], 'type 0 in bits 1 to 5');
          for (const key of [Attribute.WRITE, Attribute.EXEC, Attribute.READ, Attribute.PRESENT]) write(key, 1);
          check(swapped);
          write(Attribute.PA, v.frame);
          write(Attribute.PRESENT, 1);
          check(
            new Map([
              [Attribute.PA, v.frame],
              [Attribute.SWAP, 0],
              [Attribute.WRITE, 0],
            ]),
          );
        }),
      );
    });

    it('of a page whose P bit somebody cleared are no swap entry', () => {
      fc.assert(
        fc.property(values, (v) => {
          emt.tobjInit(tobj, asVpn(5));
          for (const [key, value] of written(v)) write(key, value);
          write(Attribute.PRESENT, 1);
          write(Attribute.PRESENT, 0);
          check(written(v).set(Attribute.SWAP, 0).set(Attribute.MAPPED, 1));
        }),
      );
    });

    for (const huge of shape.sizes.slice(1, 2))
      it('of a huge page are those of its parts, wherever the bits lie in them', () => {
        fc.assert(
          fc.property(values, fc.boolean(), (v, none) => {
            emt.tobjInit(tobj, asVpn(huge));
            const all = written({ ...v, pages: huge });
            for (const [key, value] of all) write(key, value);
            write(Attribute.PRESENT, 1);
            if (none) write(Attribute.READ, 0);
            write(Attribute.SIZE, 1);
            check(new Map(all).set(Attribute.SIZE, 1).set(Attribute.READ, none ? 0 : 1));
            assert.equal((tobj.word0 & LOW.PS) !== 0, v.mode >= 4, 'bit 7 of a base page is PAT');
            write(Attribute.SIZE, huge);
            check(all.set(Attribute.READ, none ? 0 : 1));
          }),
        );
      });
  });

describe('Linux’s encoding of what is not present', () => {
  it('has the bits that a kernel of x86-64 has', () => {
    const { emt } = new World();
    const tobj = new Tobj();
    emt.tobjInit(tobj, asVpn(1));
    emt.swapToTobj(tobj, 0);
    // Offset 1 inverted in bits 9 to 58: ones but for bit 9.
    assert.deepEqual([tobj.word0 >>> 0, tobj.word1 >>> 0], [0xfffffc00, 0x07ffffff]);
    // A PROT_NONE page as read from a kernel: 0x0ffffff7c34960, of which the frame is the inverse of bits 12 to 51.
    tobj.word0 = 0xf7c34960 | 0;
    tobj.word1 = 0x000fffff;
    assert.equal(emt.tobjReadAttr(tobj, Attribute.PA), 0x83cb);
    assert.equal(emt.tobjReadAttr(tobj, Attribute.PRESENT), 0);
    assert.equal(emt.tobjReadAttr(tobj, Attribute.SOFT_DIRTY), 1);
  });

  it('has those of a kernel of 32 bits without PAE', () => {
    const { emt } = new World({ scheme: 'radix 32' });
    const tobj = new Tobj();
    emt.tobjInit(tobj, asVpn(1));
    emt.swapToTobj(tobj, 6);
    assert.equal(tobj.word0, 7 << 9);
    // A PROT_NONE page: bit 8 without bit 0, and the frame as it is.
    Object.assign(tobj, { word0: 0x1234_5124, word1: 0 });
    assert.deepEqual(
      [Attribute.PA, Attribute.PRESENT, Attribute.MAPPED, Attribute.SWAP].map((key) => emt.tobjReadAttr(tobj, key)),
      [0x12345, 0, 1, 0],
    );
    // A page of a device, clean, whose P bit a person cleared: US and A say that it is no swap entry.
    Object.assign(tobj, { word0: 0x1234_5224, word1: 0 });
    assert.deepEqual(
      [Attribute.SWAP, Attribute.PA, Attribute.SPECIAL].map((key) => emt.tobjReadAttr(tobj, key)),
      [0, 0x12345, 1],
    );
  });
});
