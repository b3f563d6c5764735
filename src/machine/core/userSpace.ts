/** What an operating system has to know of a scheme: plain numbers, for a kernel that knows no scheme. */

/** Where programs live, in pages. */
export interface UserSpace {
  /** First page that programs may not use: Linux's TASK_SIZE_MAX. */
  readonly end: number;
  /** Places are chosen below this page (DEFAULT_MAP_WINDOW); what is above it has to be asked for. */
  readonly window: number;
  /** Where a position-independent program is loaded (ELF_ET_DYN_BASE). */
  readonly program: number;
}

/** A user space without a window, whose programs lie at two thirds of it. */
export const plainUserSpace = (end: number): UserSpace => ({
  end,
  window: end,
  program: Math.floor((end / 3) * 2),
});
