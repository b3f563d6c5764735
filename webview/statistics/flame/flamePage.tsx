/** Kernel work: for what, in which part, in which function. */
import { useWidth } from '../../shared/useWidth';
import { countText } from '../../shared/numbers';
import type { Shown } from '../host';
import { FlameFigure } from './flameFigure';
import { FlameTable } from './flameTable';
import { frameAt } from './layout';

interface FlamePageProps {
  shown: Shown;
  table: boolean;
  zoom: string[];
  onZoom: (path: string[]) => void;
}

/** Functions that are listed below the graph, where most are too narrow for their names. */
const MOST_BELOW = 15;

export function FlamePage({ shown: { kernelWork, pin }, table, zoom, onZoom }: FlamePageProps) {
  const [frame, width] = useWidth<HTMLDivElement>();
  const now = kernelWork.value;
  if (now === 0 && !kernelWork.then) return <p class="hint">The kernel has not done anything yet.</p>;
  const shownZoom = frameAt(kernelWork, zoom) ? zoom : [];
  return (
    <div ref={frame}>
      <p class="explanation">
        {pin
          ? `Kernel instructions between tick ${countText(pin.tick)} and the cursor, by class of work, group and function.`
          : `${countText(now)} kernel instructions until the cursor, by class of work, group and function.`}
      </p>
      {!table && <FlameFigure root={kernelWork} width={width} zoom={shownZoom} onZoom={onZoom} />}
      <FlameTable root={kernelWork} pinned={pin !== undefined} most={table ? Infinity : MOST_BELOW} />
    </div>
  );
}
