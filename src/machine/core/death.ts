/**
 * The end of a machine: an access of the kernel's own cannot be translated, and so cannot the handler that would have to see to
 * it; or a load of CR3 is a general-protection fault (PAE). The processor goes from the page fault to a double fault to a triple fault, and resets (Intel SDM vol. 3A §6.15).
 *
 * Whoever finds out throws; whoever began the tick makes a verdict of it, and nothing of the machine runs any more.
 */
import { type Vpn } from './addresses';
import { Counter } from './counters';
import { type Probe, Signal } from './probe';

export class MachineDied extends Error {
  constructor(
    readonly vpn: Vpn,
    /** What a person reads: which access, and why it cannot be translated. */
    readonly why: string,
  ) {
    super(why);
  }
}

/** Counts it, tells it, and throws. */
export function die(probe: Probe, vpn: Vpn, why: string): never {
  probe.counters[Counter.FaultsFatal]++;
  probe.signal(Signal.Fatal);
  probe.recorder?.emit({ kind: 'faultResolved', fault: 'fatal', signal: 'RESET', text: why });
  throw new MachineDied(vpn, why);
}
