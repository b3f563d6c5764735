/** Commands that only rows, lenses and links of ours call: not in the manifest, not in the command palette. */
export const INTERNAL_COMMANDS = {
  showMore: 'ptscope.internal.showMore',
  runTest: 'ptscope.internal.runTest',
} as const;
