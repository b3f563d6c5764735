/** The CPUs of the machine as threads. Ids start at 1: a client takes 0 for none. One CPU runs at a time. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { Machine } from '../machine/machine';

/** Of the CPU that runs. */
export const threadOf = ({ cpu }: Machine): number => cpu + 1;

/** `machine`: absent while nothing is loaded or while it moves, and then nobody knows which process runs. */
export function threadsOf(machine: Machine | undefined, cpus: number): DebugProtocol.Thread[] {
  return Array.from({ length: cpus }, (_, cpu) => ({ id: cpu + 1, name: `CPU ${cpu}${processOn(machine, cpu)}` }));
}

function processOn(machine: Machine | undefined, cpu: number): string {
  if (machine === undefined) return '';
  const running = machine.kernel.current?.name;
  if (cpu === machine.cpu) return running === undefined ? '' : ` (${running})`;
  return ' (waits)';
}

/** True of a CPU that waits while another one runs. */
export const isWaiting = ({ cpu, cpus }: Machine, thread: number): boolean =>
  thread !== cpu + 1 && thread >= 1 && thread <= cpus.length;

/** Frames of CPUs that wait have ids of their own: in them there is nothing to look at. */
const WAITING_FRAMES = 1_000_000;
export const isWaitingFrame = (frame: number): boolean => frame > WAITING_FRAMES;

/** Its TLBs and registers keep what they had; the scenario decides when it goes on. */
export const waitingFrame = (machine: Machine, thread: number): DebugProtocol.StackFrame => ({
  id: WAITING_FRAMES + thread,
  name: `waits while CPU ${machine.cpu} runs`,
  line: 0,
  column: 0,
  presentationHint: 'label',
});
