/** Two small buttons: to the previous and to the next moment at which something happened here. */
import type { FromWalkView } from '../../../src/protocol/walkView';
import { IconButton } from '../../controls/controls';
import { useHost } from '../host';

type Travel = Extract<FromWalkView, { type: 'travel' }>;

export interface TravelButtonsProps extends Pick<Travel, 'what' | 'address'> {
  /** In words: `this entry`. */
  of: string;
}

export function TravelButtons({ what, of, address }: TravelButtonsProps) {
  const { post } = useHost();
  const button = (direction: Travel['direction'], shape: string) => {
    const title = `${direction === 'previous' ? 'Previous' : 'Next'} ${what} ${what === 'change' ? 'of' : 'at'} ${of}`;
    return (
      <IconButton label={title} onPress={() => post({ type: 'travel', what, direction, address })}>
        <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
          <path d={shape} />
        </svg>
      </IconButton>
    );
  };
  return (
    <span class="travel">
      {button('previous', 'M10 3L5 8l5 5M3 3v10')}
      {button('next', 'M6 3l5 5-5 5M13 3v10')}
    </span>
  );
}
