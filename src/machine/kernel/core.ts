/** What the parts of the kernel share: one object, made once. */
import type { Vpn } from '../core/addresses';
import type { Probe } from '../core/probe';
import type { Emt } from '../emt/emt';
import type { FaultHandler } from './faults/handler';
import type { Mappings } from './mappings';
import type { Frames } from './memory/frames';
import type { Layout } from './layout';
import type { KernelOptions } from './options';
import type { Process } from './process';

export interface KernelCore {
  readonly emt: Emt;
  readonly probe: Probe;
  readonly options: KernelOptions;
  readonly layout: Layout;
  readonly frames: Frames;
  readonly mappings: Mappings;
  readonly faults: FaultHandler;
  /** By process id − 1, those that have exited included. */
  readonly processes: readonly Process[];
  process(pid: number): Process;
}

/** Why a system call did not do what it was asked for, by errno, and in words. */
export type KernelError = 'ENOMEM' | 'EEXIST' | 'EINVAL' | 'EAGAIN' | 'ENOENT' | 'EBUSY';
export interface Failure {
  ok: false;
  error: KernelError;
  text: string;
}
export const failure = (error: KernelError, text: string): Failure => ({ ok: false, error, text });

/** A range of pages where something is mapped now. */
export type MapResult = { ok: true; start: Vpn; end: Vpn } | Failure;
/** A call that gives nothing back but success. */
export type CallResult = { ok: true } | Failure;
export const DONE: CallResult = { ok: true };
