/** The format of one entry with the values it has: the page of the manual, filled in. */
import type { WalkLevel } from '../../../src/protocol/walk';
import { TravelButtons } from './travelButtons';

/** `travels`: there are other moments to go to. */
export function EntryFields({ level, travels }: { level: WalkLevel; travels: boolean }) {
  const { entry, name, index } = level;
  if (!entry || entry.fields.length === 0) return null;
  return (
    <section class="format" aria-label={`Fields of ${name} entry ${index}`}>
      <h2>
        Fields of {name}[{index}]<span class="total">at {entry.address}</span>
        {travels && <TravelButtons what="change" of="this entry" address={entry.address} />}
      </h2>
      <dl>
        {entry.fields.map((field) => (
          <div key={field.name} class="formatField">
            <dt>
              <span class="bitRange">{bitRange(field.highBit, field.lowBit)}</span>
              <span class="fieldName">{field.name}</span>
            </dt>
            <dd>
              <code>{field.value}</code>
              <span class="fieldMeaning">{field.meaning}</span>
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function bitRange(high: number, low: number): string {
  return high === low ? String(high) : `${high}:${low}`;
}
