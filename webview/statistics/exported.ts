/** What the view shows, as a file. */
import type { ExportFormat } from '../../src/protocol/viewMessages';
import { csv, type Cell } from '../shared/csv';
import { exportedSvgs } from '../shared/export/exportSvg';
import { workRows } from './flame/flameTable';
import type { Choices, Shown } from './host';

export function exported(format: ExportFormat, shown: Shown, { page }: Choices): string {
  switch (format) {
    case 'json':
      return JSON.stringify(shown, undefined, 2);
    case 'csv':
      return csv(TABLES[page](shown));
    case 'svg': {
      const { moment, ticks, scheme } = shown;
      const title = `Statistics at tick ${moment.tick} of ${ticks}, ${scheme}`;
      return exportedSvgs(pictures(), title);
    }
  }
}

function pictures(): { figure: SVGSVGElement; title?: string }[] {
  const flame = document.querySelector<SVGSVGElement>('svg.flame');
  if (flame) return [{ figure: flame }];
  return [...document.querySelectorAll('section.plot')].flatMap((section) => {
    const figure = section.querySelector<SVGSVGElement>('svg.plotFigure');
    const legend = [...section.querySelectorAll('.legend dt')].slice(1).map((term) => term.textContent.trim());
    const title = `${section.querySelector('h2')?.textContent ?? ''} (${legend.join(', ')})`;
    return figure ? [{ figure, title }] : [];
  });
}

const TABLES: Record<Choices['page'], (shown: Shown) => Cell[][]> = {
  time: ({ plots: { ticks, plots } }) => {
    const curves = plots.flatMap(({ id, series }) =>
      series.map(({ name, values }) => ({ name: `${id}: ${name}`, values })),
    );
    return [
      ['tick', ...curves.map(({ name }) => name)],
      ...ticks.map((tick, i) => [tick, ...curves.map(({ values }) => values[i])]),
    ];
  },
  work: ({ kernelWork, pin }) => [
    ['class', 'group', 'function', 'instructions', ...(pin ? ['at the pin'] : [])],
    ...workRows(kernelWork).map(({ work, group, name, value, then }) => [
      work,
      group,
      name,
      value,
      ...(pin ? [then] : []),
    ]),
  ],
  counters: ({ counters, pin }) => [
    ['counter', 'now', ...(pin ? ['at the pin'] : [])],
    ...counters.flatMap(({ rows }) => rows.map(({ path, now, then }) => [path, now, ...(pin ? [then] : [])])),
  ],
};
