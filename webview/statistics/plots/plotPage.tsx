/** All plots over the same time axis: pointing at a moment in one shows it in all. */
import { useState } from 'preact/hooks';
import { useWidth } from '../../shared/useWidth';
import type { Shown } from '../host';
import { nearest } from '../model/scale';
import { PlotFigure } from './plotFigure';
import { PlotTable } from './plotTable';

export interface PlotPageProps {
  shown: Shown;
  tables: boolean;
  onSeek: (tick: number) => void;
}

const NARROWEST_PX = 380;
const GAP_PX = 28;

export function PlotPage({ shown, tables, onSeek }: PlotPageProps) {
  const [frame, width] = useWidth<HTMLDivElement>();
  const [pointed, setPointed] = useState<number | undefined>(undefined);
  const { ticks, plots } = shown.plots;
  if (plots.length === 0) return <p class="hint">No access has been made yet.</p>;
  const columns = Math.max(1, Math.min(3, Math.floor((width + GAP_PX) / (NARROWEST_PX + GAP_PX))));
  const each = Math.floor((width - (columns - 1) * GAP_PX) / columns);
  const cursor = nearest(ticks, shown.moment.tick);
  return (
    <div ref={frame} class={tables ? 'plotTables' : 'plots'}>
      {plots.map((plot, i) =>
        tables ? (
          <PlotTable key={plot.id} plot={plot} ticks={ticks} cursor={cursor} onSeek={onSeek} />
        ) : (
          <PlotFigure
            key={plot.id}
            plot={plot}
            ticks={ticks}
            end={shown.ticks}
            width={Math.max(each, 300)}
            cursor={shown.moment.tick}
            pin={shown.pin?.tick}
            pointed={pointed}
            first={i === 0}
            onPoint={setPointed}
            onSeek={onSeek}
          />
        ),
      )}
    </div>
  );
}
