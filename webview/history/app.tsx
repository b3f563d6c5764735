/** The History view: what the run has done so far, and where one stands in it. */
import { useMemo } from 'preact/hooks';
import { Dropdown } from '../controls/controls';
import { ExportButton } from '../shared/exportButton';
import { countText } from '../shared/numbers';
import { useHost } from './host';
import { VirtualList } from './list/virtualList';
import { type Entry, faultEntry, momentEntries, notesOf, sentence, tickEntry } from './model/entries';
import type { RowStore } from './model/rowStore';
import type { ListId, Shown } from './model/shown';

export interface AppProps {
  shown: Shown | undefined;
  list: ListId;
  live: boolean;
  store: RowStore;
  /** Another number whenever anything has changed, also in the store. */
  version: number;
  onList: (list: ListId) => void;
}

const LISTS: { id: ListId; title: string }[] = [
  { id: 'ticks', title: 'All ticks' },
  { id: 'faults', title: 'Page faults' },
  { id: 'stops', title: 'Marks and stops' },
];

export function App(props: AppProps) {
  const { shown, list, live, onList } = props;
  const host = useHost();
  if (!shown) return <p class="nothing">What the run has done so far is listed here at every stop.</p>;
  return (
    <main class={live ? 'live' : 'over'}>
      <div class="bar">
        <Dropdown label="What is listed" options={LISTS} chosen={list} onChange={(id) => onList(id as ListId)} />
        <span class="total">{live ? totalText(shown, list) : 'session ended'}</span>
        <ExportButton onPress={() => host.post({ type: 'wantExport' })} />
      </div>
      <Lists {...props} shown={shown} />
    </main>
  );
}

function totalText({ history, marks }: Shown, list: ListId): string {
  if (list === 'ticks') return `${countText(history.ticks)} ${history.ticks === 1 ? 'tick' : 'ticks'}`;
  if (list === 'faults') return countText(history.faults);
  return countText(history.stops.length + marks.length);
}

function Lists({ shown, list, live, store, version }: AppProps & { shown: Shown }) {
  const host = useHost();
  const notes = useMemo(() => notesOf(shown), [shown]);
  const moments = useMemo(() => momentEntries(shown), [shown]);
  const { history } = shown;
  const views: Record<ListId, { total: number; current: number; entry: (index: number) => Entry; empty: string }> = {
    ticks: {
      total: history.ticks,
      current: history.moment.tick,
      entry: (index) => tickEntry(shown, notes, index, store.row('ticks', index)),
      empty: 'Nothing has run yet.',
    },
    faults: {
      total: history.faults,
      current: Math.min(history.faultsBefore, history.faults - 1),
      entry: (index) => faultEntry(shown, notes, store.row('faults', index)),
      empty: 'There has been no page fault yet.',
    },
    stops: {
      total: moments.length,
      current: moments.findLastIndex(({ when }) => when !== 'later'),
      entry: (index) => moments[index] ?? tickEntry(shown, notes, 0, undefined),
      empty:
        'No marks, and no stops at a breakpoint or a fault yet. “Mark This Moment” is in the title bar of this view.',
    },
  };
  const { total, current, entry, empty } = views[list];
  if (total === 0) return <p class="nothing">{empty}</p>;
  const here = entry(current);
  return (
    <>
      <VirtualList
        key={list}
        label={LISTS.find(({ id }) => id === list)?.title ?? ''}
        total={total}
        current={current}
        moment={`${history.moment.tick}.${history.moment.event}`}
        entry={entry}
        version={version}
        onChoose={({ tick, event, known }) => {
          if (live && known) host.post({ type: 'seek', tick, event });
        }}
        wanted={(first, end) => (list === 'stops' || !live ? undefined : store.wanted(list, first, end, total))}
        onWant={(request) => host.post({ type: 'want', ...request })}
      />
      <p class="screenReader" role="status" aria-live="polite">
        {here.when === 'now' && here.known ? sentence(here) : ''}
      </p>
    </>
  );
}
