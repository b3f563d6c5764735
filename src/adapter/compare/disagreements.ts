/** Where schemes did not do the same thing, in sentences: what a program sees must not depend on how addresses are translated. */
import type { CompareColumn, ComparedAccess, ComparedRow } from '../../protocol/compare';

export function disagreements(columns: readonly CompareColumn[], rows: readonly ComparedRow[]): string[] {
  const elsewhere = columns.flatMap(({ scheme, state, reason = '' }) =>
    state === 'elsewhere' ? [`${scheme} is elsewhere: ${reason}.`] : [],
  );
  return [...elsewhere, ...ofAccesses(columns), ...ofNumbers(columns, rows)];
}

const ASPECTS: readonly [title: string, of: (access: ComparedAccess) => string][] = [
  ['The access ends in different faults', ({ faults }) => faults.join(', ') || 'none'],
  ['The page is mapped differently', ({ pageSize }) => (pageSize === undefined ? 'not at all' : `as ${pageSize}`)],
];

function ofAccesses(columns: readonly CompareColumn[]): string[] {
  const here = columns.filter(({ state, access }) => state === 'here' && access !== undefined);
  return ASPECTS.flatMap(([title, of]) => {
    const each = here.map(({ scheme, access }) => ({ scheme, text: of(access as ComparedAccess) }));
    return new Set(each.map(({ text }) => text)).size > 1
      ? [`${title}: ${each.map(({ scheme, text }) => `${scheme} ${text}`).join('; ')}.`]
      : [];
  });
}

/** Runs at other places have other numbers, which says nothing. */
function ofNumbers(columns: readonly CompareColumn[], rows: readonly ComparedRow[]): string[] {
  const here = columns.flatMap(({ state }, i) => (state === 'here' ? [i] : []));
  return rows
    .filter(({ disagrees, values }) => disagrees && new Set(here.map((i) => values[i])).size > 1)
    .map(({ title, group, values }) => {
      const what = group === title ? title : `${group}, ${title}`;
      return `So far there are different numbers of ${what}: ${here.map((i) => `${columns[i].scheme} ${values[i]}`).join('; ')}.`;
    });
}
