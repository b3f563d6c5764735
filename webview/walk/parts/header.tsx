/** What is accessed, by whom, and where the debugger stands in it. */
import type { WalkPicture } from '../../../src/protocol/walk';
import { ExportButton } from '../../shared/exportButton';
import { groupHex } from '../../shared/text';

export function Header({ picture, live, onExport }: { picture: WalkPicture; live: boolean; onExport: () => void }) {
  const { access, scheme } = picture;
  const size = `${access.sizeBytes} ${access.sizeBytes === 1 ? 'byte' : 'bytes'}`;
  const facts = [
    // A walk that only looks is of no size.
    ...(access.sizeBytes > 0 ? [size] : []),
    access.process,
    `CPU ${access.cpu}`,
    ...(access.region ? [access.region] : []),
    scheme,
  ];
  return (
    <header class="header">
      <div class="titles">
        <h1>
          <span class="title">{access.title}</span>
          <code class="address">{groupHex(access.address)}</code>
        </h1>
        <ul class="facts">
          {facts.map((fact) => (
            <li key={fact}>{fact}</li>
          ))}
          <li class="position">{positionText(picture)}</li>
          {!live && <li class="ended">session ended</li>}
        </ul>
      </div>
      <ExportButton onPress={onExport} />
    </header>
  );
}

function positionText({ cursor: { tick, event, events }, aside }: WalkPicture): string {
  if (aside?.kind === 'lastAccess') return `tick ${tick}`;
  if (aside?.kind === 'work') return 'tables as they are at this event';
  return event < 0 ? 'not on the tape' : `event ${event} of ${events}`;
}
