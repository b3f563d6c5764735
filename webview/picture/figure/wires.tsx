/** Lines of the figure; their arrow heads are drawn as shapes, so that an exported picture looks the same everywhere. */
import type { Wire } from '../layout/wires';
import { toneClass } from './tone';

export function Wires({ wires }: { wires: Wire[] }) {
  return (
    <g aria-hidden="true">
      {wires.map((wire) => (
        <g key={wire.path} class={`wire ${wire.kind} ${wire.when} ${toneClass(wire.tone)}`}>
          <path class="line" d={wire.path} />
          {wire.end === 'arrow' && <path class="head" d={headOf(wire)} />}
        </g>
      ))}
    </g>
  );
}

/** Index wires end going down, pointer wires going right. */
function headOf({ path, kind }: Wire): string {
  const end = path.slice(Math.max(path.lastIndexOf('L'), path.lastIndexOf(' ')) + 1);
  return kind === 'index' ? `M${end}l-4,-7h8z` : `M${end}l-7,-4v8z`;
}
