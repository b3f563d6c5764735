/** A chain of kicks, drawn as the path that it took: each cluster from the slot that it had to leave to the one that it took. */
import type { KickChain } from '../../../src/protocol/walk';
import { CursorMark } from '../../picture/figure/cursorMark';
import { useItem } from '../../picture/interaction';
import { KICKS, type KickArrow, type KickBox, layOutKicks } from '../../picture/layout/kicks';
import { kickId } from '../../picture/model/items';
import { METRICS } from '../../picture/layout/metrics';
import { fitText } from '../../shared/text';

export function KickPath({ chain, number, width }: { chain: KickChain; number: number; width: number }) {
  const layout = layOutKicks(chain, width);
  const kicks = chain.steps.filter(({ victim }) => victim !== undefined).length;
  const end = chain.ended ? 'the last finds an empty slot' : 'no empty slot was found';
  return (
    <section class="kicks" aria-label="Kick chain">
      <h2>
        Kick chain
        <span class="total">
          {chain.level} ways · {kicks} {kicks === 1 ? 'kick' : 'kicks'}, {end}
        </span>
      </h2>
      <svg
        class="kickFigure tone0"
        role="group"
        aria-label={`The path of the kicks: ${kicks}`}
        width={layout.width}
        height={layout.height}
        viewBox={`0 0 ${layout.width} ${layout.height}`}
      >
        {layout.lanes.map((lane, i) => (
          <g key={i} class="kickLane" aria-hidden="true">
            <path class="laneLine" d={`M${lane.x},${lane.y}h${lane.width}`} />
            <text class="laneName" x={4} y={lane.y + 4}>
              {lane.name}
            </text>
          </g>
        ))}
        {layout.arrows.map((arrow) => (
          <Arrow key={arrow.to} arrow={arrow} id={kickId(number, arrow.to)} />
        ))}
        {layout.boxes.map((box) => (
          <Box key={box.number} box={box} id={kickId(number, box.number)} />
        ))}
      </svg>
    </section>
  );
}

function Arrow({ arrow: { path, label, x, y }, id }: { arrow: KickArrow; id: string }) {
  const end = path.slice(Math.max(path.lastIndexOf('L'), path.lastIndexOf(' ')) + 1);
  return (
    <g {...useItem(id, 'echo', 'kickArrow')}>
      <path class="line" d={path} />
      <path class="head" d={`M${end}l-7,-4v8z`} />
      <text class="kickCluster middle halo" x={x} y={y - 5}>
        {fitText(label, 'mono', METRICS.smallPx, KICKS.stepPx - KICKS.boxWidthPx + 26)}
      </text>
    </g>
  );
}

/** A slot that was taken. */
function Box({ box: { step, x, y }, id }: { box: KickBox; id: string }) {
  const { boxWidthPx, boxHeightPx } = KICKS;
  const wasEmpty = step.victim === undefined;
  return (
    <g {...useItem(id, 'handle', 'kickBox')}>
      <rect
        class="slot"
        x={x}
        y={y - boxHeightPx / 2}
        width={boxWidthPx}
        height={boxHeightPx}
        rx={wasEmpty ? boxHeightPx / 2 : 2}
      />
      <text class="slotIndex middle" x={x + boxWidthPx / 2} y={y + 4}>
        {step.slot}
      </text>
      {wasEmpty && (
        <text class="wasEmpty middle halo" x={x + boxWidthPx / 2} y={y + boxHeightPx / 2 + 13}>
          was empty
        </text>
      )}
      <CursorMark x={x + 5} y={y} />
    </g>
  );
}
