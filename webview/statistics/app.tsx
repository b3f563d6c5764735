/** The Statistics view: the run over time, the kernel's work, all counters. */
import { Checkbox, Tabs } from '../controls/controls';
import { CounterTables } from './counters/counterTables';
import { FlamePage } from './flame/flamePage';
import { type Choices, type Page, type Shown, useHost } from './host';
import { Header } from './header';
import { PlotPage } from './plots/plotPage';

export interface AppProps {
  shown: Shown | undefined;
  choices: Choices;
  live: boolean;
  onChoose: (change: Partial<Choices>) => void;
}

const PAGES: { id: Page; title: string }[] = [
  { id: 'time', title: 'Over Time' },
  { id: 'work', title: 'Kernel Work' },
  { id: 'counters', title: 'Counters' },
];

export function App({ shown, choices, live, onChoose }: AppProps) {
  const host = useHost();
  if (!shown) return <Empty />;
  const { page, tables, zeroes, zoom } = choices;
  const seek = (tick: number): void => {
    if (live) host.post({ type: 'seek', tick: Math.min(tick, shown.ticks - 1) });
  };
  return (
    <main>
      <Header shown={shown} live={live} />
      <Tabs
        tabs={PAGES}
        active={page}
        label="What is shown"
        onChange={(id) => onChoose({ page: id as Page, zoom: page === id ? zoom : [] })}
      >
        <div class="page">
          <div class="pageChoices">
            {page === 'counters' ? (
              <Checkbox label="Zeroes, too" checked={zeroes} onChange={(zeroes) => onChoose({ zeroes })} />
            ) : (
              <Checkbox label="As tables" checked={tables} onChange={(tables) => onChoose({ tables })} />
            )}
          </div>
          {page === 'time' && <PlotPage shown={shown} tables={tables} onSeek={seek} />}
          {page === 'work' && (
            <FlamePage shown={shown} table={tables} zoom={zoom} onZoom={(zoom) => onChoose({ zoom })} />
          )}
          {page === 'counters' && (
            <CounterTables groups={shown.counters} pinned={shown.pin !== undefined} zeroes={zeroes} />
          )}
        </div>
      </Tabs>
    </main>
  );
}

function Empty() {
  return (
    <main class="empty">
      <p>Nothing to count yet.</p>
      <p class="hint">
        Start debugging a scenario or a trace: at every stop the counters of the run so far appear here.
      </p>
    </main>
  );
}
