/** What `madvise` can say about a range (madvise(2)), in the words of the scenario language. */
export const ADVICE = [
  'dontneed',
  'free',
  'hugepage',
  'nohugepage',
  'collapse',
  'cold',
  'pageout',
  'willneed',
  'populate',
] as const;
export type Advice = (typeof ADVICE)[number];
