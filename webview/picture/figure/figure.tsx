/** The figure: address on top, caches below it, then the tables, then the page. */
import { layOut, type FigureLayout } from '../layout/figure';
import type { Attempt } from '../model/attempts';
import type { WalkPicture } from '../../../src/protocol/walk';
import { useItem } from '../interaction';
import { gridOf } from '../layout/grid';
import { AddressRow } from './addressRow';
import { LookupBar } from './bars';
import { Grid } from './grid';
import { PageStrip } from './pageStrip';
import { TableStrip } from './strips';
import { Wires } from './wires';

const GRID_GAP_PX = 18;
const MOST_GRID_PX = 900;

export interface FigureProps {
  picture: WalkPicture;
  attempt: Attempt;
  width: number;
  label: string;
}

export function Figure({ picture, attempt, width, label }: FigureProps) {
  const layout = layOut(picture, attempt, width);
  const grid = gridOf(attempt.walk, layout.height + GRID_GAP_PX, Math.max(layout.width, Math.min(width, MOST_GRID_PX)));
  const height = grid === undefined ? layout.height : grid.top + grid.height;
  const full = grid === undefined ? layout.width : Math.max(layout.width, Math.min(width, MOST_GRID_PX));
  const pageColumn = layout.columns.all.find(({ centre }) => centre === layout.page?.centre);
  return (
    <svg class="figure" role="group" aria-label={label} width={full} height={height} viewBox={`0 0 ${full} ${height}`}>
      {layout.strips.map((strip) => (
        <TableStrip key={strip.itemId} strip={strip} />
      ))}
      {layout.page && <PageStrip page={layout.page} columnWidth={pageColumn?.width ?? 0} />}
      <Wires wires={layout.wires.filter(({ kind }) => kind === 'index')} />
      <AddressRow columns={layout.columns.all} />
      {layout.bars.map((bar) => (
        <LookupBar key={bar.itemId} bar={bar} />
      ))}
      {layout.root && <RootBox root={layout.root} />}
      <Wires wires={layout.wires.filter(({ kind }) => kind === 'pointer')} />
      {layout.faultMark && <FaultMark mark={layout.faultMark} />}
      {grid && <Grid grid={grid} />}
    </svg>
  );
}

function RootBox({ root }: { root: NonNullable<FigureLayout['root']> }) {
  return (
    <g class="root">
      <rect class="rootBox" x={root.x} y={root.y} width={root.width} height={root.height} rx={3} />
      <text class="rootLabel middle" x={root.x + root.width / 2} y={root.y + root.height / 2 + 4}>
        {root.label}
      </text>
    </g>
  );
}

/** A stop sign where the walk ended. */
function FaultMark({ mark: { x, y } }: { mark: NonNullable<FigureLayout['faultMark']> }) {
  const attributes = useItem('fault', 'echo', 'faultMark');
  return (
    <g {...attributes}>
      <circle class="stop" cx={x} cy={y} r={9} />
      <path class="cross" d={`M${x - 3.5},${y - 3.5}l7,7m0,-7l-7,7`} />
    </g>
  );
}
