/** One scheme: what the access came to there, and the picture of its last walk. */
import type { CompareColumn, ComparedAccess } from '../../../src/protocol/compare';
import type { WalkPicture } from '../../../src/protocol/walk';
import { Figure } from '../../picture/figure/figure';
import { type Attempt, attemptsOf, attemptTitle } from '../../picture/model/attempts';
import { itemsOf } from '../../picture/model/items';

export interface SchemeCardProps {
  column: CompareColumn;
  /** The session's own scheme, which the others are compared with. */
  first: CompareColumn | undefined;
  width: number;
}

export function SchemeCard({ column, first, width }: SchemeCardProps) {
  const { scheme, state, reason, picture, access } = column;
  return (
    <section class={`card ${state}`} aria-label={scheme}>
      <h2>
        {scheme}
        {column === first && <span class="total">the session’s own</span>}
        {state === 'waiting' && <span class="total">has not got here</span>}
      </h2>
      {reason !== undefined && (
        <p class="reason">
          <span class="sign" aria-hidden="true">
            {state === 'refused' ? '⊘' : '≠'}
          </span>
          {reason}
        </p>
      )}
      {access && <Access access={access} other={column === first ? undefined : first?.access} />}
      {picture && <Walk picture={picture} width={width} />}
      {!picture && state === 'here' && <p class="reason">This tick makes no access.</p>}
    </section>
  );
}

/** What differs from the session's own scheme has a mark, and not only a colour. */
function Access({ access, other }: { access: ComparedAccess; other: ComparedAccess | undefined }) {
  const cell = (title: string, value: string, theirs: string | undefined) => (
    <div class={theirs !== undefined && theirs !== value ? 'differs' : ''}>
      <dt>{title}</dt>
      <dd>
        {theirs !== undefined && theirs !== value && <span class="sign">≠ </span>}
        {value}
      </dd>
    </div>
  );
  const faults = ({ faults: kinds }: ComparedAccess): string => kinds.join(', ') || 'none';
  const page = ({ pageSize = 'none' }: ComparedAccess): string => pageSize;
  return (
    <dl class="access">
      {cell('references', String(access.references), other && String(other.references))}
      {cell('walk cycles', String(access.cycles), other && String(other.cycles))}
      {cell('faults', faults(access), other && faults(other))}
      {cell('page', page(access), other && page(other))}
      {cell('from', access.from ?? '–', other && (other.from ?? '–'))}
    </dl>
  );
}

/** The last walk: the retry where the first one faulted. */
const shownOf = (picture: WalkPicture): Attempt | undefined => attemptsOf(picture).at(-1);

function Walk({ picture, width }: { picture: WalkPicture; width: number }) {
  const attempt = shownOf(picture);
  if (!attempt) return null;
  return (
    <div class="figureFrame">
      <Figure picture={picture} attempt={attempt} width={width} label={`${picture.scheme}: ${attemptTitle(attempt)}`} />
      <ul class="screenReader">
        {itemsOf(picture, attempt).map(({ id, sentence }) => (
          <li key={id}>{sentence}</li>
        ))}
      </ul>
    </div>
  );
}
