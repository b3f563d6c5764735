/**
 * Flattened page tables (Park et al., ASPLOS '22; the encoding is that of EMT-Linux's FPT branch): the 4-level tree of x86-64
 * in which two neighbouring levels may be one table of 2 MiB, indexed with 18 bits.
 *
 * Bit 58 of an entry that points to a table says whether that table is flattened, bit 63 of CR3 says it of the root. So it is
 * decided entry by entry, and flattened and normal tables mix in one tree. A *mode* says which pairs the kernel folds.
 */
import type { LevelFormat, PagingFormat } from '../format';
import { RADIX4 } from '../radix/format';

const enum Level {
  Pgd,
  Pud,
  Pmd,
  Pte,
  /** Levels from here on stand for two. */
  FirstWide,
}

/** Index bits of a table of 2 MiB. */
const WIDE = 18;

/** A mode: each pair is named by the level that is folded into the one below it. */
function mode(name: string, folded: readonly Level[]): PagingFormat {
  const levels: LevelFormat[] = RADIX4.levels.map((level, i) =>
    folded.includes(i) ? { ...level, folded: true } : level,
  );
  levels.forEach((level, i) => {
    if (i < Level.Pte) levels[i] = { ...level, next: i + 1 };
  });
  let flatRoot: number | undefined;
  for (const upper of folded) {
    const wide = levels.length;
    const lower = upper + 1;
    levels.push({ ...levels[lower], name: `${levels[upper].name}+${levels[lower].name}`, bits: WIDE, wide: true });
    levels[lower] = { ...levels[lower], folded: true };
    if (upper === Level.Pgd) flatRoot = wide;
    else
      levels.forEach((level, i) => {
        if (level.next === upper) levels[i] = { ...level, flattened: wide };
      });
  }
  const pairs = folded.map((upper) => `${levels[upper].name} and ${levels[upper + 1].name}`).join(', ');
  return { ...RADIX4, scheme: `fpt ${name}`, title: `flattened page tables: ${pairs} in one`, levels, flatRoot };
}

export const FPT_L4L3 = mode('L4L3', [Level.Pgd]);
export const FPT_L3L2 = mode('L3L2', [Level.Pud]);
export const FPT_L4L3_L2L1 = mode('L4L3+L2L1', [Level.Pgd, Level.Pmd]);
