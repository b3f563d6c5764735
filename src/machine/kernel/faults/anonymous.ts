/** First touch of anonymous memory (mm/memory.c `do_anonymous_page`): a zeroed page, or for a read the zero page. */
import { formatVirtual, type Vpn } from '../../core/addresses';
import { functionIndex } from '../../core/functions';
import type { Probe } from '../../core/probe';
import { Attribute, type Tobj } from '../../emt/tobj';
import type { Mappings } from '../mappings';
import { PageKind } from '../memory/pages';
import type { Process } from '../process';
import { linearIndex, type Vma } from '../vma';
import type { Resolution } from './resolution';
import { type FaultVerdict, MINOR } from './verdict';

const DO_ANONYMOUS_PAGE = functionIndex('do_anonymous_page');

export class AnonymousFaults {
  constructor(
    private readonly mappings: Mappings,
    private readonly probe: Probe,
    private readonly resolution: Resolution,
    private readonly zeroPage: boolean,
  ) {}

  /** `tobj` is the absent object at the page. */
  map(process: Process, vma: Vma, vpn: Vpn, tobj: Tobj, write: boolean): FaultVerdict {
    this.probe.enter(DO_ANONYMOUS_PAGE, 'kernel', this.probe.recorder !== null ? formatVirtual(vpn) : '');
    const result =
      this.zeroPage && !write ? this.#mapZero(process, vma, vpn, tobj) : this.#mapNew(process, vma, vpn, tobj, write);
    this.probe.leave(DO_ANONYMOUS_PAGE, result.kind);
    return result;
  }

  #mapZero(process: Process, vma: Vma, vpn: Vpn, tobj: Tobj): FaultVerdict {
    const pfn = this.mappings.frames.zero(false);
    if (pfn === -1) return this.resolution.outOfMemory();
    this.mappings.describe(tobj, vma, vpn, 1, pfn);
    this.mappings.emt.tobjWriteAttr(tobj, Attribute.SPECIAL, 1);
    const error = this.mappings.update(process, tobj);
    if (error !== 'ok') return this.resolution.failed(error);
    return this.resolution.resolved(MINOR, 'the zero page, read-only until a write copies it', 'zero');
  }

  #mapNew(process: Process, vma: Vma, vpn: Vpn, tobj: Tobj, write: boolean): FaultVerdict {
    const { frames } = this.mappings;
    const pfn = frames.allocate(PageKind.Anon, process.family, linearIndex(vma, vpn), 0);
    if (pfn === -1) return this.resolution.outOfMemory();
    frames.clear(pfn, false);
    this.mappings.describe(tobj, vma, vpn, 1, pfn);
    if (vma.write) this.mappings.makeWritable(tobj, write);
    const error = this.mappings.update(process, tobj);
    if (error !== 'ok') {
      frames.free(pfn);
      return this.resolution.failed(error);
    }
    frames.share(pfn);
    if (write) frames.store(pfn);
    process.rssAnon++;
    return this.resolution.resolved(MINOR, 'anonymous', 'anonymous');
  }
}
