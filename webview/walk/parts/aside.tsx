/** Where the cursor's tick makes no access: what is shown instead, and why. */
import type { PictureAside, WalkPlace } from '../../../src/protocol/walk';
import { asideSentence } from '../../picture/model/sentences';

export function AsideNote({ aside }: { aside: PictureAside }) {
  return (
    <p class="aside">
      <strong>{aside.statement}</strong>
      <span>{asideSentence(aside)}</span>
    </p>
  );
}

/** Nothing has been accessed yet: what there is to translate with. */
export function BeforeAccess({ place: { statement, scheme, process, root } }: { place: WalkPlace }) {
  const facts = [
    ['Scheme', scheme],
    ['Process', process ?? 'none yet'],
    ...(root === undefined ? [] : [['Translation begins at', root]]),
  ];
  return (
    <main class="before">
      <p class="aside">
        <strong>{statement}</strong>
        <span>No access has been made yet.</span>
      </p>
      <dl class="registers">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <p class="hint">
        The walk appears here at the first read, write or instruction fetch: step on, or go to one in History. What this
        statement does stands in its listing, event by event: step into it.
      </p>
    </main>
  );
}
