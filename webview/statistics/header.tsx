/** Where the cursor is, and what it is compared with. */
import { IconButton, TextButton } from '../controls/controls';
import { ExportButton } from '../shared/exportButton';
import { countText } from '../shared/numbers';
import { type Shown, useHost } from './host';

export function Header({ shown, live }: { shown: Shown; live: boolean }) {
  const host = useHost();
  const { moment, ticks, scheme, pin } = shown;
  return (
    <header class="header">
      <div class="titles">
        <h1>Statistics</h1>
        <ul class="facts">
          <li>
            tick {countText(moment.tick)} of {countText(ticks)}
          </li>
          {moment.event > 0 && <li>event {moment.event}</li>}
          <li>{scheme}</li>
          {pin && (
            <li>
              compared with tick {countText(pin.tick)}: {pin.title}
            </li>
          )}
          {!live && <li class="ended">session ended</li>}
        </ul>
      </div>
      <div class="actions">
        {live && (
          <TextButton
            label={pin ? 'Stop comparing with the pinned moment' : 'Pin this moment, to compare later ones with it'}
            onPress={() => host.post({ type: 'pin', pin: pin ? 'none' : 'here' })}
          >
            {pin ? 'Unpin' : 'Pin'}
          </TextButton>
        )}
        {live && pin && (
          <IconButton label="Pin this moment instead" onPress={() => host.post({ type: 'pin', pin: 'here' })}>
            <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
              <path d="M5 2.5h6M6 2.5v5L4 10h8L10 7.5v-5M8 10v4" />
            </svg>
          </IconButton>
        )}
        <ExportButton onPress={() => host.post({ type: 'wantExport' })} />
      </div>
    </header>
  );
}
