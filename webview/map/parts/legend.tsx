/** What the colours and textures mean, with how much of each is in sight. */
import type { MapResponse } from '../../../src/protocol/map';
import type { Kind, Mode } from '../model/modes';
import { pagesText } from '../model/words';
import { STROKES } from '../draw/paint';

export function Legend({ map, mode }: { map: MapResponse; mode: Mode }) {
  const amounts = mode.kinds.map((kind) => ({ kind, pages: pagesOf(map, kind) })).filter(({ pages }) => pages > 0);
  return (
    <ul class="legend" aria-label={`${mode.title}: what is in sight`}>
      {amounts.map(({ kind, pages }) => (
        <li key={kind.title}>
          <Swatch kind={kind} />
          <span>{kind.title}</span>
          <span class="amount">{pagesText(pages)}</span>
        </li>
      ))}
      <li>
        <svg class="swatch" width="14" height="14" aria-hidden="true">
          <rect class="areaSwatch" x="0.5" y="0.5" width="13" height="13" />
        </svg>
        <span>area (VMA)</span>
      </li>
      {amounts.length === 0 && <li class="amount">nothing is mapped here</li>}
    </ul>
  );
}

const pagesOf = ({ filled }: MapResponse, { fields }: Kind): number =>
  filled.reduce((sum, [, ...counts]) => sum + fields.reduce((n, field) => n + (counts[field] ?? 0), 0), 0);

function Swatch({ kind: { tone, texture } }: { kind: Kind }) {
  const lines = STROKES[texture] ?? [];
  return (
    <svg class={`swatch ${tone < 0 ? 'quiet' : `tone${tone}`}`} width="14" height="14" aria-hidden="true">
      <rect class="kind" width="14" height="14" />
      {[0, 5, 10].flatMap((dx) =>
        [0, 5, 10].map((dy) => (
          <g key={`${dx},${dy}`} transform={`translate(${dx},${dy})`} class="texture">
            {lines.map(([x1, y1, x2, y2]) => (
              <line key={`${x1},${y1},${x2}`} x1={x1} y1={y1} x2={x2} y2={y2} />
            ))}
            {texture === 3 && <rect x="1" y="1" width="2" height="2" />}
          </g>
        )),
      )}
    </svg>
  );
}
