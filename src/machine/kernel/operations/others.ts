/** Steps of what is asked for by hand: reclaim, fragmentation, and a scan with the tobj iterator. */
import { functionIndex } from '../../core/functions';
import { DATA_OWNER } from '../../emt/gather';
import { Attribute, Tobj } from '../../emt/tobj';
import type { KernelCore } from '../core';
import { PageKind } from '../memory/pages';
import type { Reclaimer } from '../reclaim/reclaimer';
import {
  type FragmentOperation,
  type IterateOperation,
  OBJECTS_PER_STEP,
  type Operation,
  type ReclaimOperation,
  type RehashOperation,
} from './operation';

const ALLOC_PAGES = functionIndex('alloc_pages');

/** Frames that a step of `fragment` pins, and objects that a step of `iterate` hands out: few enough to be looked at. */
const FRAMES_PER_STEP = 256;
const OBJECTS_PER_ITERATE_STEP = 16;
/** Rounds in which the hand spares what was used, and after which it takes what comes. */
const SPARING_ROUNDS = 1;
const ROUNDS = 3;

/** Until so many pages are free, or the hand has been everywhere and found nothing more that could go. */
export function stepReclaim(reclaimer: Reclaimer, operation: ReclaimOperation): Operation | null {
  const rounds = reclaimer.rounds - operation.rounds;
  const freed =
    operation.freed + reclaimer.scan(OBJECTS_PER_STEP, operation.target - operation.freed, rounds <= SPARING_ROUNDS);
  return freed < operation.target && reclaimer.rounds - operation.rounds < ROUNDS ? { ...operation, freed } : null;
}

/** Free blocks of that order that the allocator could give out one after the other. */
function freeBlocks(core: KernelCore, order: number): number {
  return core.frames.buddy
    .orders()
    .reduce((sum, o) => (o.order >= order ? sum + o.freeBlocks * 2 ** (o.order - order) : sum), 0);
}

/** Pins one frame out of each block that is too many: the rest of the block stays free, in smaller blocks. */
export function stepFragment(core: KernelCore, operation: FragmentOperation): Operation | null {
  const { frames, probe } = core;
  let blocks = freeBlocks(core, operation.order);
  probe.enter(ALLOC_PAGES, 'kernel', `${blocks} blocks of order ${operation.order} are free`);
  for (let i = 0; i < FRAMES_PER_STEP && blocks > operation.free; i++) {
    const pfn = frames.buddy.allocateBreaking(operation.order, 'pinned page', DATA_OWNER);
    if (pfn === -1) break;
    frames.pages.start(pfn, PageKind.Pinned, 0, 0, 0);
    blocks = freeBlocks(core, operation.order);
  }
  probe.leave(ALLOC_PAGES);
  return blocks > operation.free ? operation : null;
}

export function stepIterate(core: KernelCore, operation: IterateOperation): Operation | null {
  let next: Operation | null = null;
  if (operation.using === undefined) return iterate(core, operation);
  core.emt.using(operation.using, () => (next = iterate(core, operation)));
  return next;
}

function iterate(core: KernelCore, operation: IterateOperation): Operation | null {
  const { emt } = core;
  const { tdb } = core.process(operation.pid);
  const iterator = { ...operation.iterator };
  const tobj = new Tobj();
  let { mapped } = operation;
  for (let i = 0; i < OBJECTS_PER_ITERATE_STEP && emt.tobjIterHasNext(iterator); i++) {
    emt.tobjIterNext(tdb, iterator, tobj);
    mapped += emt.tobjReadAttr(tobj, Attribute.MAPPED);
  }
  if (emt.tobjIterHasNext(iterator)) return { ...operation, iterator, mapped };
  emt.tobjIterEnd(iterator);
  return null;
}

/** A batch, as long as there is one to be done. */
export function stepRehash(core: KernelCore, { kind, batches }: RehashOperation): Operation | null {
  const did = core.emt.background(true);
  return did && batches > 1 ? { kind, batches: batches - 1 } : null;
}
