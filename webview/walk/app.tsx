/** The Walk view: the current access, one attempt at a time. */
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { WalkLevel, WalkPicture, WalkPlace } from '../../src/protocol/walk';
import { useWidth } from '../shared/useWidth';
import { Figure } from '../picture/figure/figure';
import { useHost } from './host';
import { InteractionContext, type Interaction } from '../picture/interaction';
import { attemptAt, attemptTitle, attemptsOf, type Attempt } from '../picture/model/attempts';
import { itemsOf, type Item } from '../picture/model/items';
import { summarySentence } from '../picture/model/sentences';
import { AsideNote, BeforeAccess } from './parts/aside';
import { AttemptTabs } from './parts/attemptTabs';
import { Entries } from './parts/entries';
import { EntryFields } from './parts/entryFields';
import { Header } from './parts/header';
import { KickPath } from './parts/kickPath';
import { ExitCard, FaultCard, ResultCard } from './parts/outcome';

export interface AppProps {
  picture: WalkPicture | undefined;
  /** Where there is no picture: what there is before the first access. */
  place: WalkPlace | undefined;
  live: boolean;
  /** There are other moments to go to: not so in a snapshot. */
  travels: boolean;
  /** The event whose line a person points at in the listing. */
  hostEvent: number | undefined;
}

export function App({ picture, place, live, travels, hostEvent }: AppProps) {
  if (picture) return <WalkView picture={picture} live={live} travels={live && travels} hostEvent={hostEvent} />;
  return live && place ? <BeforeAccess place={place} /> : <NoSession />;
}

function NoSession() {
  return (
    <main class="empty">
      <p>No session.</p>
      <p class="hint">Start debugging a .ptscen file; the walk of the access at every stop appears here.</p>
    </main>
  );
}

function WalkView({ picture, live, travels, hostEvent }: Omit<AppProps, 'place'> & { picture: WalkPicture }) {
  const host = useHost();
  const [frame, width] = useWidth<HTMLElement>();
  const attempts = useMemo(() => attemptsOf(picture), [picture]);
  const [chosen, setChosen] = useState<number | undefined>(undefined);
  const { tick, event } = picture.cursor;
  // A picture that is drawn anew where one stands (a moment was pinned) leaves the choice alone.
  useEffect(() => setChosen(undefined), [tick, event]);
  const active = Math.min(chosen ?? attemptAt(attempts, picture.cursor.event), attempts.length - 1);
  const attempt = attempts[active] ?? { lookups: [], firstEvent: 0 };
  const interaction = useInteraction(picture, attempt, hostEvent, live);
  const { items, lit } = interaction;
  const current = items.find(({ when }) => when === 'now');
  const level = levelToExplain(attempt, items, lit);

  return (
    <InteractionContext.Provider value={interaction}>
      <main ref={frame}>
        {picture.aside && <AsideNote aside={picture.aside} />}
        <Header picture={picture} live={live} onExport={() => host.post({ type: 'wantExport' })} />
        <AttemptTabs attempts={attempts} active={active} onChange={setChosen}>
          <div class="figureFrame">
            <Figure
              picture={picture}
              attempt={attempt}
              width={width}
              label={`${picture.access.title}: ${attemptTitle(attempt)}`}
            />
          </div>
          {attempt.walk && <Entries walk={attempt.walk} />}
          {attempt.walk?.exit && <ExitCard exit={attempt.walk.exit} />}
          {attempt.fault && <FaultCard fault={attempt.fault} travels={travels} />}
          {attempt.kicks?.map((chain, i) => (
            <KickPath key={i} chain={chain} number={i} width={width} />
          ))}
          {attempt.result && <ResultCard result={attempt.result} />}
          {level && <EntryFields level={level} travels={travels && !isHost(attempt, level)} />}
        </AttemptTabs>
        <p class="screenReader" role="status" aria-live="polite">
          {summarySentence(picture, current?.sentence)}
        </p>
      </main>
    </InteractionContext.Provider>
  );
}

function useInteraction(
  picture: WalkPicture,
  attempt: Attempt,
  hostEvent: number | undefined,
  live: boolean,
): Interaction {
  const host = useHost();
  const [pointed, setPointed] = useState<string | undefined>(undefined);
  const items = useMemo(() => itemsOf(picture, attempt), [picture, attempt]);
  // Lines of the listing are of the cursor's tick.
  const here = picture.aside?.kind !== 'lastAccess';
  const byHost = hostEvent === undefined || !here ? undefined : items.find(({ event }) => event === hostEvent)?.id;
  const now = items.find(({ when }) => when === 'now');
  const tabStop = items.find(({ id }) => id === pointed) ?? now ?? items[0];
  return {
    items,
    lit: pointed ?? byHost,
    tabStop: tabStop?.id,
    point: (item) => {
      setPointed(item?.id);
      if (here) host.post({ type: 'hover', event: item?.event });
    },
    seek: (item) => {
      if (live && item.event !== undefined) host.post({ type: 'seek', tick: picture.cursor.tick, event: item.event });
    },
  };
}

/** The entry whose format is shown: the one pointed at, else the one at the cursor, else the last that was read. */
function levelToExplain({ walk }: Attempt, items: Item[], lit: string | undefined) {
  const reads = items.filter(({ kind }) => kind === 'read' || kind === 'host');
  const past = reads.filter(({ when }) => when !== 'future');
  const levelOf = ({ id, kind }: Item): WalkLevel | undefined => {
    const [, row, column] = id.split('-').map(Number);
    return kind === 'host' ? walk?.grid?.rows[row ?? 0]?.cells[column ?? 0] : walk?.levels[row ?? 0];
  };
  // A probe of a way that has another page reads no entry of this one.
  const item = reads.find(({ id }) => id === lit) ?? past.findLast((each) => levelOf(each)?.entry !== undefined);
  return item && levelOf(item);
}

/** The host's entries are numbered by the host: journeys are to the guest's. */
const isHost = ({ walk }: Attempt, level: WalkLevel): boolean => walk !== undefined && !walk.levels.includes(level);
