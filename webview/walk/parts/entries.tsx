/** The entries that the walker read, one row each. */
import type { EntryPicture, WalkAttempt, WalkLevel } from '../../../src/protocol/walk';
import { useItem } from '../../picture/interaction';
import { readId } from '../../picture/model/items';
import { toneClass } from '../../picture/figure/tone';
import { groupHex } from '../../shared/text';

export function Entries({ walk }: { walk: WalkAttempt }) {
  const host = walk.grid?.rows.flatMap(({ cells }) => cells) ?? [];
  const each = [...walk.levels, ...host].map((level) => level.cycles ?? 0);
  // Probes of a round go out together.
  const cycles =
    walk.cycles ?? (walk.probes === 'together' ? Math.max(0, ...each) : each.reduce((sum, n) => sum + n, 0));
  const count = walk.references;
  const found = walk.levels.some(({ foundIn }) => foundIn !== undefined);
  return (
    <section class={found ? 'entries found' : 'entries'} aria-label="Entries read">
      <h2>
        {walk.grid ? 'Guest’s entries read' : 'Entries read'}
        <span class="total">
          {count} {count === 1 ? 'memory reference' : 'memory references'}
          {walk.grid && ' in both dimensions'}
          {cycles > 0 && ` · ${cycles} cycles`}
        </span>
      </h2>
      {walk.levels.map((level, i) =>
        level.status === 'read' ? (
          <EntryRow key={readId(i)} level={level} id={readId(i)} tone={walk.probes ? 0 : i} />
        ) : null,
      )}
    </section>
  );
}

function EntryRow({ level, id, tone }: { level: WalkLevel; id: string; tone: number }) {
  const { name, index, entry, cycles, foundIn, register } = level;
  return (
    <div {...useItem(id, 'handle', `entry ${toneClass(tone)}`)}>
      <span class="marker" />
      <span class="which">
        <span class="level">{name}</span>
        <span class="index">[{index}]</span>
        {entry?.changedSincePin && (
          <span
            class="sincePin"
            role="img"
            aria-label="changed since the pinned moment"
            title="Changed since the pinned moment"
          >
            {' ◆'}
          </span>
        )}
      </span>
      {entry && <EntryCells entry={entry} place={register ?? entry.address} />}
      <span class="cycles">
        {cycles !== undefined && `${foundIn === undefined ? '' : `${foundIn} · `}${cycles} cyc`}
      </span>
    </div>
  );
}

/** `place`: its address, or the register that has it. */
function EntryCells({ entry, place }: { entry: EntryPicture; place: string }) {
  return (
    <>
      <span class="at">
        <code>{place}</code>
      </span>
      <span class="raw">
        <code>{groupHex(entry.raw)}</code>
      </span>
      <span class={`meaning ${entry.present ? '' : 'notPresent'}`}>{entry.meaning}</span>
      <span class="flags">
        {entry.flags
          .split(' ')
          .filter(Boolean)
          .map((flag) => (
            <span key={flag} class="flag">
              {flag}
            </span>
          ))}
      </span>
    </>
  );
}
