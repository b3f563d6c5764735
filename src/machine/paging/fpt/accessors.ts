/**
 * The functions with which EMT-Linux's FPT driver goes from one table to the next (arch/x86/include/asm/fpt.h). There is one a
 * level of Linux; that of a level which is folded away here hands back the entry it was given, and the next one uses 18 bits.
 */
import { formatVirtual, type Vpn } from '../../core/addresses';
import { functionIndex, type FunctionName } from '../../core/functions';
import type { Probe } from '../../core/probe';
import { indexOf, type PagingFormat } from '../format';

const NAMES: Readonly<Record<string, FunctionName>> = {
  PGD: 'fpt_pgd_offset_map_with_mm',
  PUD: 'fpt_pud_offset_map_with_mm',
  PMD: 'fpt_pmd_offset_map_with_mm',
  PTE: 'fpt_pte_offset_map_with_mm',
};

/** What `TableOptions.accessor` calls. */
export function accessorsOf(format: PagingFormat, probe: Probe): (level: number, vpn: Vpn) => void {
  // `PUD+PMD`: the accessor of the level that is not there, then the one that finds the entry.
  const functions = format.levels.map(({ name }) => name.split('+').map((each) => functionIndex(NAMES[each])));
  return (level, vpn) => {
    const called = functions[level];
    const recording = probe.recorder !== null;
    const at = recording ? formatVirtual(vpn) : '';
    if (called.length === 2) probe.call(called[0], 'driver', at, recording ? 'folded: the entry above' : '', 'fpt');
    const { name } = format.levels[level];
    const result = recording ? `${name}[${indexOf(vpn, format.levels[level])}]` : '';
    probe.call(called[called.length - 1], 'driver', at, result, 'fpt');
  };
}
