/** Says what became of a fault, in one place: the event, and for errors the signal. */
import { functionIndex } from '../../core/functions';
import type { PageSource } from '../../core/events';
import type { Probe } from '../../core/probe';
import type { Errno } from '../../emt/driver';
import { BUS, type FaultVerdict, OUT_OF_MEMORY } from './verdict';

const F = {
  sigFault: functionIndex('force_sig_fault'),
  outOfMemory: functionIndex('out_of_memory'),
} as const;

export class Resolution {
  /** Says who holds the memory that there is no more of; asked only while somebody listens. */
  explainShortage: () => string = () => '';

  constructor(private readonly probe: Probe) {}

  /** The fault is served. `text`: a constant, or built only while a recorder listens. */
  resolved(verdict: FaultVerdict, text: string, source?: PageSource): FaultVerdict {
    this.probe.recorder?.emit({ kind: 'faultResolved', fault: verdict.kind, signal: verdict.signal, source, text });
    return verdict;
  }

  fatal(verdict: FaultVerdict, text: string): FaultVerdict {
    this.probe.call(F.sigFault, 'kernel', verdict.signal === 'GP' ? 'SIGSEGV' : verdict.signal);
    return this.resolved(verdict, text);
  }

  outOfMemory(): FaultVerdict {
    const report = this.explainShortage();
    this.probe.call(F.outOfMemory, 'kernel', '', report);
    return this.resolved(OUT_OF_MEMORY, `no frame is free for the page or for a table on its way: ${report}`);
  }

  /** What an error of a database update means for the access. */
  failed(error: Errno): FaultVerdict {
    return error === 'ENOMEM'
      ? this.outOfMemory()
      : this.fatal(BUS, 'an entry on the way points to a frame that holds no table');
  }
}
