/** What the TLBs and walk caches were asked and what they said. */
import type { Bar } from '../layout/bars';
import { lookupSentence } from '../model/sentences';
import { useItem } from '../interaction';
import { CursorMark } from './cursorMark';
import { toneClass } from './tone';

export function LookupBar({ bar }: { bar: Bar }) {
  const { lookup, itemId, x, y, width, height, taps, label, tight, key } = bar;
  const middle = y + height / 2;
  const attributes = useItem(itemId, 'handle', `lookup ${lookup.hit ? 'hit' : 'miss'}`);
  return (
    <g {...attributes}>
      <title>{lookupSentence(lookup)}</title>
      <rect class="barBox" x={x} y={y} width={width} height={height} rx={3} />
      {taps.map((tap) => (
        <circle key={tap.x} class={`tap ${toneClass(tap.tone)}`} cx={tap.x} cy={y} r={2.5} />
      ))}
      <Verdict hit={lookup.hit} x={x + 12} y={middle} />
      <text class={`barLabel halo ${tight ? 'tight' : ''}`} x={x + 21} y={middle + 4}>
        {label}
      </text>
      {key !== undefined && (
        <text class="barKey halo end" x={x + width - 9} y={middle + 4}>
          {key}
        </text>
      )}
      <CursorMark x={x - 14} y={middle} />
    </g>
  );
}

/** A check mark or a cross: the answer is readable without colour. */
function Verdict({ hit, x, y }: { hit: boolean; x: number; y: number }) {
  const path = hit ? `M${x - 4},${y}l3,3.5l5.5,-7` : `M${x - 3.5},${y - 3.5}l7,7m0,-7l-7,7`;
  return <path class="verdict" d={path} />;
}
