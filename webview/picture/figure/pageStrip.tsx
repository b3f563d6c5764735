/** The page frame that the access arrives in, or the place where it would have been. */
import { useItem } from '../interaction';
import { METRICS } from '../layout/metrics';
import type { Page } from '../layout/page';
import { fitText } from '../../shared/text';

export function PageStrip({ page, columnWidth }: { page: Page; columnWidth: number }) {
  const { x, y, width, height, centre, byte, title, subtitle, when } = page;
  const item = useItem('result', 'echo', `page ${byte ? '' : 'absent'}`);
  const attributes =
    page.event === undefined || item.onClick === undefined ? { class: `page ${byte ? when : 'absent'}` } : item;
  return (
    <g {...attributes}>
      <rect class="pageBox" x={x} y={y} width={width} height={height} rx={2} />
      {byte && <rect class="byte" x={x - 2} y={byte.y} width={width + 4} height={byte.height} rx={2} />}
      {byte && (
        <text class="slotIndex middle" x={centre} y={byte.y + byte.height / 2 + 4}>
          {byte.label}
        </text>
      )}
      <text class="tableName middle" x={centre} y={y + height + 17}>
        {title}
      </text>
      <text class={`tableBase middle ${byte ? 'mono' : ''}`} x={centre} y={y + height + 33}>
        {fitText(subtitle, byte ? 'mono' : 'ui', METRICS.smallPx, columnWidth + 8)}
      </text>
    </g>
  );
}
