/** What a walk of an address would find, without side effects: `walk(A)` and `tobj(A)`. */
import { asPfn, type Vpn } from '../../../machine/core/addresses';
import { Attribute, Tobj } from '../../../machine/emt/tobj';
import type { Machine } from '../../../machine/machine';
import { mapsBasePages, pagesPerEntry } from '../../../machine/paging/format';
import type { EntryNode } from '../../../machine/paging/inspector';
import { attributesOf } from '../../../machine/paging/x86/attributes';
import { highWord, LOW, lowWord } from '../../../machine/paging/x86/entry';
import { walkCost } from '../walkCost';
import { tobjValue, walkValue, type Withheld } from '../translationValues';
import type { ObjectValue } from '../values';
import { entryObject } from './entries';
import { inGuest } from './nested';

export function walkObject(machine: Machine, vpn: Vpn): ObjectValue {
  const walk = machine.inspector.walk(machine.root, vpn);
  const { cycles } = walkCost(machine, walk);
  return inGuest(
    machine,
    walk,
    walkValue(walk, (entry) => entryObject(machine, entry), cycles),
  );
}

export function tobjObject(machine: Machine, vpn: Vpn): ObjectValue {
  const walk = machine.inspector.walk(machine.root, vpn, 'memory');
  const leaf = walk.steps.at(-1);
  return tobjValue(walk, leaf === undefined || leaf.present ? undefined : withheldBy(machine, leaf));
}

/** What the kernel keeps in an entry that the hardware cannot use; asked without the EMT calls that would be counted. */
function withheldBy({ scheme }: Machine, leaf: EntryNode): Withheld {
  const { tobjReadAttr } = attributesOf(scheme.format);
  const tobj = new Tobj();
  tobj.word0 = lowWord(leaf.raw);
  tobj.word1 = highWord(leaf.raw);
  const last = mapsBasePages(scheme.format.levels[leaf.level]);
  tobj.pages = last || (tobj.word0 & LOW.PS) === 0 ? 1 : pagesPerEntry(scheme.format.levels[leaf.level]);
  const swapped = tobjReadAttr(tobj, Attribute.SWAP) !== 0;
  const mapped = tobjReadAttr(tobj, Attribute.MAPPED) === 1;
  const frame = mapped && !swapped ? asPfn(tobjReadAttr(tobj, Attribute.PA)) : undefined;
  return { frame, pages: tobj.pages, swapped };
}
