/** Pictures of walks in a guest, from real runs: a grid is too much to write by hand. */
import { inspectedPicture } from '../../src/adapter/inspectedPicture';
import { walkPicture } from '../../src/adapter/picture';
import type { MachineEvent } from '../../src/machine/core/events';
import type { WalkPicture } from '../../src/protocol/walk';
import { tape } from '../timeline/tape';

/** Four statements: the last access is tick 4. */
const scenario = (keys: string, before: string, access: string): string => `machine {
  scheme nested radix over radix
  ${keys}
}
process guest
mmap heap 64MiB rw anon at 0x5555_5540_0000
${before}
${access}
`;

const HEAP = 0x5555_5540_0000n;

/** The last statement's picture, with the cursor at the n-th event that fits. */
async function at(source: string, tick: number, fits: (event: MachineEvent) => boolean, nth = 0): Promise<WalkPicture> {
  const { timeline } = await tape(source);
  await timeline.seek({ tick, event: 0 });
  const places = timeline.events.flatMap((event, i) => (fits(event) ? [i] : []));
  const event = places.at(nth) ?? timeline.events.length - 1;
  await timeline.seek({ tick, event });
  const picture = walkPicture(timeline.run, timeline.events, timeline.moment);
  if (picture === undefined) throw new Error('there is no picture');
  return picture;
}

/** 24 references, all made. */
export const cold = (): Promise<WalkPicture> =>
  at(
    scenario('nested tlb off\n  nested pwc off', 'write heap\nflush tlb', 'read heap+0x10'),
    4,
    (e) => e.kind === 'translated',
  );

/** The same, in the middle. */
export const halfWay = (): Promise<WalkPicture> =>
  at(
    scenario('nested tlb off\n  nested pwc off', 'write heap\nflush tlb', 'read heap+0x10'),
    4,
    (e) => e.kind === 'hostRead',
    9,
  );

/** Walk caches and the nested TLB know most of it. */
export const warm = (): Promise<WalkPicture> =>
  at(scenario('nested tlb 4', 'write heap\nwrite heap+4KiB', 'write heap+8KiB'), 4, (e) => e.kind === 'translated');

/** A first touch: the guest's fault is served, and then the host has no frame for the page. */
export const violation = (): Promise<WalkPicture> =>
  at(scenario('', 'mark', 'write heap+0x10').replace('mark\n', ''), 2, (e) => e.kind === 'eptViolation' && !e.software);

/** A walk that nobody made. */
export async function inspected(): Promise<WalkPicture> {
  const { timeline } = await tape(scenario('nested pages 2M', 'write heap', 'print "end"'));
  await timeline.seek({ tick: 3, event: 0 });
  return inspectedPicture(timeline.run, HEAP, 3);
}

const PAE = (scheme: string): string => `machine {
  scheme ${scheme}
}
process guest
mmap heap 4KiB rw anon at 0x8000_0000
write heap
flush tlb
read heap+0x10
`;

/** PAE: the root's entry is in a register, of a guest and without one. */
export const registers = (): Promise<WalkPicture> =>
  at(PAE('nested pae over radix'), 4, (e) => e.kind === 'translated');
export const pae = (): Promise<WalkPicture> => at(PAE('pae'), 4, (e) => e.kind === 'translated');

export const NESTED_PICTURES = { cold, halfWay, warm, violation, inspected, registers };
