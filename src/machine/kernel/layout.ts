/** Where Linux puts things in a user address space (arch/x86/mm/mmap.c), without randomisation. */
import { asVpn, type Vpn } from '../core/addresses';
import type { UserSpace } from '../core/userSpace';

/** In 4 KiB pages. */
export interface Layout {
  /** First page that programs may not use: TASK_SIZE. */
  readonly end: Vpn;
  /** Nothing is placed below it unless the address is asked for, as with CAP_SYS_RAWIO: `mmap_min_addr`. */
  readonly mmapMin: Vpn;
  /** mmap goes top-down from here. */
  readonly mmapBase: Vpn;
  /** Where the heap segment begins. */
  readonly brkStart: Vpn;
}

const MMAP_MIN_PAGES = 16;
/** The gap that is left for the stack is at least 128 MiB. */
const STACK_GAP_PAGES = 32768;
/** A program of two MiB, and two pages to the next round place. */
const PROGRAM_PAGES = 0x202;
/** A space of a few pages gives a share of it for each. */
const LEAST_SHARE = 8;

export function layoutOf({ end, window, program }: UserSpace): Layout {
  const share = Math.floor(window / LEAST_SHARE);
  return {
    end: asVpn(end),
    mmapMin: asVpn(Math.min(MMAP_MIN_PAGES, share)),
    mmapBase: asVpn(window - Math.min(STACK_GAP_PAGES, share)),
    brkStart: asVpn(program + Math.min(PROGRAM_PAGES, share)),
  };
}
