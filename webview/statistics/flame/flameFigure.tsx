/** The flame graph. A click or Enter makes a frame as wide as the whole; the arrow keys go to its neighbours. */
import { useState } from 'preact/hooks';
import type { WorkFrame } from '../../../src/protocol/statistics';
import { countText, shareText } from '../../shared/numbers';
import { fitText } from '../../shared/text';
import { type Box, layOutFlame, ROW_PX } from './layout';

interface FlameFigureProps {
  root: WorkFrame;
  width: number;
  zoom: string[];
  onZoom: (path: string[]) => void;
}

const FONT_PX = 12;
const PADDING_PX = 5;
const TITLES: Record<string, string> = {
  kernel: 'kernel',
  page_fault: 'page faults',
  system_call: 'system calls',
  timer: 'timer',
  other: 'other',
  host: 'host below the guest',
  emt_basic: 'EMT, basic',
  emt_customizable: 'EMT, customizable',
  driver: 'driver',
};
const titleOf = ({ name, path }: Box): string => (path.length < 3 ? (TITLES[name] ?? name) : name);
const keyOf = ({ path }: Box): string => path.join(';');

export function FlameFigure({ root, width, zoom, onZoom }: FlameFigureProps) {
  const [pointed, setPointed] = useState<string | undefined>(undefined);
  const boxes = layOutFlame(root, zoom, width);
  const whole = boxes[0]?.value ?? 0;
  const depth = Math.max(...boxes.map((box) => box.depth)) + 1;
  const stop = boxes.find((box) => keyOf(box) === (pointed ?? zoom.join(';'))) ?? boxes[0];
  return (
    <svg class="flame" role="group" aria-label="Flame graph of kernel work" width={width} height={depth * ROW_PX + 1}>
      {boxes.map((box) => {
        const key = keyOf(box);
        const title = titleOf(box);
        const words = `${title}, ${countText(box.value)} instructions, ${shareText(whole === 0 ? 0 : box.value / whole)} of all`;
        return (
          <g
            key={key}
            class={`frame tone${box.tone} ${box.path.length === zoom.length && zoom.length > 0 ? 'zoomed' : ''}`}
            role="button"
            tabindex={box === stop ? 0 : -1}
            aria-label={words}
            data-frame={key}
            onClick={() => onZoom(box.path)}
            onFocus={() => setPointed(key)}
            onKeyDown={(event) => handleKey(event, box, boxes, onZoom)}
          >
            <title>{words}</title>
            <rect
              x={box.x + 0.5}
              y={box.depth * ROW_PX + 0.5}
              width={Math.max(1, box.width - 1)}
              height={ROW_PX - 1}
              rx={2}
            />
            <text x={box.x + PADDING_PX} y={box.depth * ROW_PX + 15}>
              {fitText(title, 'ui', FONT_PX, box.width - 2 * PADDING_PX)}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

function handleKey(event: KeyboardEvent, box: Box, boxes: Box[], onZoom: (path: string[]) => void): void {
  if (event.key === 'Enter' || event.key === ' ') onZoom(box.path);
  else if (event.key === 'Escape') onZoom([]);
  else {
    const goal = neighbour(event.key, box, boxes);
    if (!goal) return;
    document.querySelector<SVGElement>(`[data-frame="${keyOf(goal)}"]`)?.focus();
  }
  event.preventDefault();
}

/** Up to its caller, down to its largest part, left and right in its row. */
function neighbour(key: string, box: Box, boxes: Box[]): Box | undefined {
  const row = boxes.filter(({ depth }) => depth === box.depth);
  switch (key) {
    case 'ArrowUp':
      return boxes.find((other) => keyOf(other) === box.path.slice(0, -1).join(';') && other !== box);
    case 'ArrowDown':
      return boxes
        .filter(({ path }) => path.length === box.path.length + 1 && path.slice(0, -1).join(';') === keyOf(box))
        .sort((a, b) => b.value - a.value)[0];
    case 'ArrowRight':
      return row[row.indexOf(box) + 1];
    case 'ArrowLeft':
      return row[row.indexOf(box) - 1];
    default:
      return undefined;
  }
}
