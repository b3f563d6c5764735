/** The comparison as a file: the walks one below the other, the numbers as a table, or everything as data. */
import type { CompareResponse } from '../../src/protocol/compare';
import type { ExportFormat } from '../../src/protocol/viewMessages';
import { exportedSvg } from '../shared/export/exportSvg';
import { csvOf } from './numbers';

export function exported(format: ExportFormat, comparison: CompareResponse): string {
  if (format === 'json') return JSON.stringify(comparison, undefined, 2);
  return format === 'csv' ? csvOf(comparison) : svgOf(comparison);
}

const GAP_PX = 8;

function svgOf({ title, tick }: CompareResponse): string {
  const figures = [...document.querySelectorAll<SVGSVGElement>('.card svg.figure')];
  let top = 0;
  let width = 0;
  const parts = figures.map((figure) => {
    const scheme = figure.closest('.card')?.getAttribute('aria-label') ?? '';
    const picture = new DOMParser().parseFromString(
      exportedSvg(figure, `${scheme}: ${title}, tick ${tick}`),
      'image/svg+xml',
    ).documentElement;
    picture.setAttribute('y', String(top));
    top += Number(picture.getAttribute('height')) + GAP_PX;
    width = Math.max(width, Number(picture.getAttribute('width')));
    return new XMLSerializer().serializeToString(picture);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top}">\n${parts.join('\n')}\n</svg>`;
}
