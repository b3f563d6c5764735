/**
 * A tick as a listing of instructions: what the machine does, one micro-operation an instruction, as the disassembly view of
 * a client shows it. Addresses are moments: event e of tick t is at (t + 1) · 2^20 + e, so that the same moment has the same
 * address in every session, and there is room before the first.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { MachineEvent } from '../machine/core/events';
import type { Moment } from '../timeline/timeline';
import type { Handler } from './connection';
import type { SessionContext } from './context';
import type { Debuggee } from './debuggee';
import { badReference } from './errors';

const EVENTS_PER_TICK = 2 ** 20;

export const addressOfMoment = ({ tick, event }: Moment): string =>
  '0x' + ((tick + 1) * EVENTS_PER_TICK + event).toString(16);

/** `undefined` if the reference names no moment. */
export function momentAt(reference: string, offset = 0): Moment | undefined {
  // A list of breakpoints is an array of anything.
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(String(reference).trim())) return undefined;
  const address = Number(reference) + offset;
  const tick = Math.floor(address / EVENTS_PER_TICK) - 1;
  return Number.isSafeInteger(address) && tick >= 0 ? { tick, event: address % EVENTS_PER_TICK } : undefined;
}

/** More than a client can show; a request for more is a mistake. */
const MOST_INSTRUCTIONS = 10_000;

export function instructionHandlers(session: SessionContext): Readonly<Record<string, Handler>> {
  function disassemble(args: DebugProtocol.DisassembleArguments): DebugProtocol.DisassembleResponse['body'] {
    const { memoryReference, offset = 0, instructionOffset = 0, instructionCount } = args;
    const debuggee = session.stopped();
    const start = momentAt(memoryReference, offset);
    if (start === undefined)
      throw badReference(`'${memoryReference}' is no moment of the run; a stack frame names one.`);
    if (!(instructionCount >= 0 && instructionCount <= MOST_INSTRUCTIONS))
      throw badReference(`'instructionCount' is a number up to ${MOST_INSTRUCTIONS}.`);
    const first = start.event + instructionOffset;
    const lines = Array.from({ length: instructionCount }, (_, i) =>
      instruction(debuggee, session, { tick: start.tick, event: first + i }),
    );
    return { instructions: lines };
  }

  return { disassemble };
}

/** Of another tick than the cursor's nobody knows what it does before it runs again. */
function instruction(
  debuggee: Debuggee,
  { places }: SessionContext,
  moment: Moment,
): DebugProtocol.DisassembledInstruction {
  const { timeline } = debuggee;
  const { tick, event } = moment;
  const address = addressOfMoment(moment);
  if (tick !== timeline.moment.tick || event < 0 || event >= timeline.events.length)
    return { address, instruction: '', presentationHint: 'invalid' };
  return {
    address,
    instruction: debuggee.listingLine(event),
    symbol: symbolAt(timeline.events, event),
    location: debuggee.listingSource(),
    line: places.clientLine(event),
    presentationHint: 'normal',
  };
}

/** A function's name where it begins. */
function symbolAt(events: readonly MachineEvent[], at: number): string | undefined {
  const event = events[at];
  if (event.kind === 'enter' || event.kind === 'call') return event.name;
  return event.kind === 'walkStart' ? 'page walk' : undefined;
}
