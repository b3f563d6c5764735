/** The map as a file: a picture, a table of what is in sight, or the data as they are. */
import { MapField, type MapResponse } from '../../src/protocol/map';
import type { ExportFormat } from '../../src/protocol/viewMessages';
import { plainColour } from '../shared/export/colour';
import { paletteOf, STROKES, toneOf } from './draw/paint';
import { shapesOf } from './draw/shapes';
import { modeOf, type ModeId } from './model/modes';
import { addressText, areaName, pagesText } from './model/words';
import type { Grid } from './model/window';
import { rowsOf } from './model/rows';

export function exported(format: ExportFormat, map: MapResponse, mode: ModeId, grid: Grid, cellPx: number): string {
  if (format === 'json') return JSON.stringify(map, undefined, 2);
  return format === 'csv' ? csvOf(map) : svgOf(map, mode, grid, cellPx);
}

const COLUMNS: readonly (readonly [string, MapField])[] = [
  ['pages_4K', MapField.Size4K],
  ['pages_2M', MapField.Size2M],
  ['pages_4M', MapField.Size4M],
  ['pages_1G', MapField.Size1G],
  ['not_present', MapField.Absent],
  ['read', MapField.Read],
  ['read_write', MapField.ReadWrite],
  ['read_exec', MapField.ReadExec],
  ['read_write_exec', MapField.ReadWriteExec],
  ['supervisor', MapField.Supervisor],
  ['written', MapField.Dirty],
  ['used', MapField.Accessed],
  ['unused', MapField.Unused],
  ['tables', MapField.Tables],
];

/** One line a stretch in sight; amounts are pages of 4 KiB. */
function csvOf(map: MapResponse): string {
  const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  const lines = rowsOf(map).map(({ first, pages, area, counts }) =>
    [
      addressText(first, map).replace(/_/g, ''),
      String(pages),
      area ? quoted(areaName(area, map)) : '',
      area?.rights ?? '',
      ...COLUMNS.map(([, field]) => String(counts[field] ?? 0)),
    ].join(','),
  );
  return `${['address', 'pages', 'area', 'rights', ...COLUMNS.map(([name]) => name)].join(',')}\n${lines.join('\n')}\n`;
}

const MARGIN_PX = 16;
const TITLE_PX = 30;

const escaped = (text: string): string => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

function svgOf(map: MapResponse, modeId: ModeId, grid: Grid, cellPx: number): string {
  const mode = modeOf(modeId);
  const shapes = shapesOf(map, mode, grid, cellPx);
  const palette = paletteOf(document.body);
  const colour = (tone: number): string => plainColour(toneOf(palette, tone));
  const [paper, strong] = [plainColour(palette.paper), plainColour(palette.strong)];
  const width = shapes.width + 2 * MARGIN_PX;
  const legend = mode.kinds.filter(({ fields }) =>
    map.filled.some(([, ...counts]) => fields.some((field) => (counts[field] ?? 0) > 0)),
  );
  const height = shapes.height + 2 * MARGIN_PX + TITLE_PX + 26;
  const patterns = [1, 2, 3, 4, 5, 6].map(
    (texture) =>
      `<pattern id="t${texture}" width="5" height="5" patternUnits="userSpaceOnUse">${(STROKES[texture] ?? [])
        .map(([x1, y1, x2, y2]) => `<path d="M${x1} ${y1}L${x2} ${y2}" stroke="${paper}" stroke-width="1.2"/>`)
        .join('')}${texture === 3 ? `<rect x="1" y="1" width="2" height="2" fill="${paper}"/>` : ''}</pattern>`,
  );
  const box = (x: number, y: number, w: number, h: number, tone: number, texture: number): string => {
    const rect = `<rect x="${x}" y="${round(y)}" width="${w}" height="${round(h)}"`;
    return `${rect} fill="${colour(tone)}"/>${texture === 0 ? '' : `${rect} fill="url(#t${texture})"/>`}`;
  };
  const font = escaped(getComputedStyle(document.body).fontFamily);
  const text = (x: number, y: number, words: string): string =>
    `<text x="${x}" y="${y}" fill="${strong}" stroke="${paper}" stroke-width="3" paint-order="stroke">${escaped(words)}</text>`;
  let legendX = 0;
  const legendY = shapes.height + 10;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${-MARGIN_PX} ${-MARGIN_PX - TITLE_PX} ${width} ${height}" font-family="${font}" font-size="11">`,
    `<defs>${patterns.join('')}</defs>`,
    `<rect x="${-MARGIN_PX}" y="${-MARGIN_PX - TITLE_PX}" width="${width}" height="${height}" fill="${paper}"/>`,
    `<text x="0" y="${-TITLE_PX + 10}" font-size="13" fill="${strong}">${escaped(`${mode.title} of ${pagesText(map.cellPages * map.cells)} from ${addressText(map.first, map)}, ${map.scheme}`)}</text>`,
    ...shapes.areas.map(
      ({ x, y, width: w }) =>
        `<rect x="${x}" y="${y}" width="${w}" height="${w}" fill="${plainColour(palette.area)}"/>`,
    ),
    ...shapes.boxes.map((b) => box(b.x, b.y, b.width, b.height, b.tone, b.texture)),
    `<path d="${shapes.outlines.map(([x1, y1, x2, y2]) => `M${x1} ${y1}L${x2} ${y2}`).join('')}" stroke="${strong}" fill="none"/>`,
    ...shapes.labels.map((label) => text(label.x, label.y, label.text)),
    ...legend.flatMap(({ title, tone, texture }) => {
      const x = legendX;
      legendX += 30 + title.length * 6.2;
      return [box(x, legendY, 12, 12, tone, texture), text(x + 17, legendY + 10, title)];
    }),
    '</svg>',
  ].join('\n');
}

const round = (n: number): number => Math.round(n * 100) / 100;
