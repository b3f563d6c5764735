/** What the page-fault handler decides. Verdicts are few: shared constants, so that a fault allocates nothing. */
import { Counter } from '../../core/counters';
import type { FatalSignal, FaultKind } from '../../core/events';
import type { Vpn } from '../../core/addresses';

/** Codes by which resolved faults are kept in the machine's state; index + 1. */
export const FAULT_KINDS: readonly FaultKind[] = ['minor', 'major', 'cow', 'thp', 'protection', 'spurious', 'fatal'];
export const SIGNALS: readonly FatalSignal[] = ['SIGSEGV', 'SIGBUS', 'GP', 'OOM', 'RESET'];

export const KIND_COUNTER: Readonly<Record<FaultKind, Counter>> = {
  minor: Counter.FaultsMinor,
  major: Counter.FaultsMajor,
  cow: Counter.FaultsCow,
  thp: Counter.FaultsThp,
  protection: Counter.FaultsProtection,
  spurious: Counter.FaultsSpurious,
  fatal: Counter.FaultsFatal,
};

export interface FaultVerdict {
  kind: FaultKind;
  signal?: FatalSignal;
}

const verdict = (kind: FaultKind, signal?: FatalSignal): FaultVerdict => ({ kind, signal });

export const MINOR = verdict('minor');
export const MAJOR = verdict('major');
export const COW = verdict('cow');
export const THP = verdict('thp');
export const PROTECTION = verdict('protection');
export const SPURIOUS = verdict('spurious');
export const SEGV = verdict('fatal', 'SIGSEGV');
export const BUS = verdict('fatal', 'SIGBUS');
export const GENERAL_PROTECTION = verdict('fatal', 'GP');
export const OUT_OF_MEMORY = verdict('fatal', 'OOM');
export const DEATH = verdict('fatal', 'RESET');

/** What the hardware hands over: vector, CR2 and the pushed error code (bits as in x86's page-fault error code). */
export interface FaultRequest {
  vector: 'PF' | 'GP';
  vpn: Vpn;
  offset: number;
  write: boolean;
  exec: boolean;
  user: boolean;
  reserved: boolean;
  /** A protection key refused. */
  key: boolean;
  /** The access has faulted so often that it is given up if it faults now. */
  lastTry: boolean;
}
