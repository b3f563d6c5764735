/** Where Linux puts things in a 4-level user address space (arch/x86/mm/mmap.c), without randomisation. */
import { asVpn, type Vpn } from '../core/addresses';

/** First page that user space may not use: 0x7fff_ffff_f000. */
export const TASK_SIZE: Vpn = asVpn(0x7fff_ffff_f000 / 4096);
/** `mmap_min_addr` of 64 KiB: nothing is placed below it unless the address is asked for, as with CAP_SYS_RAWIO. */
export const MMAP_MIN: Vpn = asVpn(16);
/** mmap goes top-down from here: the gap left for the stack is at least 128 MiB. */
export const MMAP_BASE: Vpn = asVpn(TASK_SIZE - (128 << 20) / 4096);
/** Where the heap segment begins: behind a program of two MiB at the usual place of position-independent ones. */
export const BRK_START: Vpn = asVpn(0x5555_5575_6000 / 4096);
