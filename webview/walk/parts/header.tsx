/** What is accessed, by whom, and where the debugger stands in it. */
import type { WalkPicture } from '../../../src/protocol/walk';
import { IconButton } from '../../controls/controls';
import { groupHex } from '../model/text';

export function Header({ picture, live, onExport }: { picture: WalkPicture; live: boolean; onExport: () => void }) {
  const { access, cursor, scheme } = picture;
  const facts = [
    `${access.sizeBytes} ${access.sizeBytes === 1 ? 'byte' : 'bytes'}`,
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
          <li class="position">{cursor.event < 0 ? 'not on the tape' : `event ${cursor.event} of ${cursor.events}`}</li>
          {!live && <li class="ended">session ended</li>}
        </ul>
      </div>
      <IconButton label="Export as SVG" onPress={onExport}>
        <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
          <path d="M8 2v8m0 0l-3-3m3 3l3-3M3 13h10" />
        </svg>
      </IconButton>
    </header>
  );
}
