/** Where in the program a frame stands: the scenario's line; of a trace that runs by itself its record, or the listing. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { LoadedTrace } from '../trace/load';
import type { Debuggee } from './debuggee';
import type { Places } from './places';
import type { Frame } from './stack';

/** Editors warn of larger files, and refuse to show very large ones. */
const LARGEST_SHOWN_BYTES = 10e6;

/** Of a trace that was not read to its end, nobody knows how long it is. */
const isShown = ({ compression, limited, bytesRead }: LoadedTrace): boolean =>
  compression === 'none' && !limited && bytesRead <= LARGEST_SHOWN_BYTES;

export type ProgramPlace = Pick<DebugProtocol.StackFrame, 'line'> & { source: DebugProtocol.Source };

/** `event`: the line of the listing, where that is all there is to show. */
export function programPlace(
  debuggee: Debuggee,
  places: Places,
  { line = 0, file = 0 }: Pick<Frame, 'line' | 'file'>,
  event = 0,
): ProgramPlace {
  if (debuggee.loaded.kind === 'scenario')
    return { source: places.source(places.files[file]), line: places.clientLine(line) };
  const { traceLine } = debuggee.timeline.standing;
  if (traceLine !== undefined && isShown(debuggee.loaded.traces[0]))
    return { source: places.source(), line: places.clientLine(traceLine - 1) };
  return { source: debuggee.listingSource(), line: places.clientLine(event) };
}
