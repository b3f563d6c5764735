/** The architecture-neutral iterator: a full look-up per object; a hole is as many absent objects as it has pages. */
import { addPages, type Vpn } from '../../core/addresses';
import type { CustomizableFunctions, EmtFunctions, Tdb } from '../driver';
import { newIterator, type TobjIterator } from '../iterator';
import { Attribute, type Tobj } from '../tobj';

type Group = 'tobjIterInit' | 'tobjIterHasNext' | 'tobjIterNext' | 'tobjIterPeek' | 'tobjIterSeek' | 'tobjIterEnd';

export const iteratorDefaults = (emt: EmtFunctions): Pick<CustomizableFunctions, Group> => ({
  tobjIterInit: (_tdb, start, end) => newIterator(start, end),

  tobjIterHasNext: (iterator) => iterator.vpn < iterator.end,

  tobjIterNext(tdb: Tdb, iterator: TobjIterator, out: Tobj): void {
    emt.tdbFindTobj(tdb, iterator.vpn, out);
    iterator.lookups++;
    iterator.objects++;
    iterator.vpn = addPages(out.vpn, emt.tobjReadAttr(out, Attribute.SIZE));
  },

  tobjIterPeek(tdb: Tdb, iterator: TobjIterator, out: Tobj): void {
    emt.tdbFindTobj(tdb, iterator.vpn, out);
    iterator.lookups++;
  },

  tobjIterSeek(iterator: TobjIterator, vpn: Vpn): void {
    iterator.vpn = vpn;
  },

  tobjIterEnd: () => undefined,
});
