/** Asks to keep what the view shows as a file; which format and where is asked by the editor. */
import { IconButton } from '../controls/controls';

export function ExportButton({ onPress }: { onPress: () => void }) {
  return (
    <IconButton label="Export…" onPress={onPress}>
      <svg class="icon" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        <path d="M8 2v8m0 0l-3-3m3 3l3-3M3 13h10" />
      </svg>
    </IconButton>
  );
}
