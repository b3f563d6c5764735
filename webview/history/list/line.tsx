/** One line: signs that differ by shape, the tick, what it did. */
import { countText } from '../../shared/numbers';
import { type Entry, sentence } from '../model/entries';

interface LineProps {
  id: string;
  entry: Entry;
  index: number;
  total: number;
  active: boolean;
  onChoose: (entry: Entry) => void;
}

export function Line({ id, entry, index, total, active, onChoose }: LineProps) {
  const { tick, event, title, when, badges, marks, known } = entry;
  const spoken = sentence(entry);
  return (
    <div
      id={id}
      class={`line ${when} ${active ? 'active' : ''} ${known ? '' : 'unknown'}`}
      role="option"
      aria-selected={active}
      aria-current={when === 'now' ? 'step' : undefined}
      aria-posinset={index + 1}
      aria-setsize={total}
      aria-label={spoken}
      title={spoken}
      data-tick={tick}
      data-vscode-context={contextOf(entry)}
      onClick={() => onChoose(entry)}
    >
      <Signs entry={entry} />
      <span class="tick">{tick < 0 ? '' : countText(tick)}</span>
      <span class="words">
        {marks.map((name) => (
          <span key={name} class="markName">
            {name}
          </span>
        ))}
        {known ? title : '…'}
        {event > 0 && marks.length > 0 && <span class="event"> event {event}</span>}
      </span>
      {badges.map(({ kind, text }) => (
        <span key={text} class={`badge ${kind}`}>
          {text}
        </span>
      ))}
    </div>
  );
}

/** A triangle: the cursor. A flag: a mark. A disc: a stop. A pin's head: the pinned moment. */
function Signs({ entry: { when, marks, stopped, pinned } }: { entry: Entry }) {
  return (
    <svg class="signs" width="30" height="16" aria-hidden="true">
      {when === 'now' && <path class="sign now" d="M2 3.5l7 4.5-7 4.5z" />}
      {marks.length > 0 && <path class="sign mark" d="M13 14V3h7l-2 2.5 2 2.5h-7" />}
      {stopped && marks.length === 0 && <circle class="sign stop" cx="16" cy="8" r="3.5" />}
      {pinned && <path class="sign pin" d="M25 13V9m-3-6h6m-5 0v3l-1.5 2.5h7L27 6V3" />}
    </svg>
  );
}

/** What the native context menu offers depends on it, and what its commands are told. */
function contextOf({ tick, event, marks }: Entry): string {
  return JSON.stringify({
    webviewSection: marks.length > 0 ? 'mark' : 'moment',
    tick,
    event,
    preventDefaultContextMenuItems: true,
  });
}
