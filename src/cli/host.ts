/** What the command line asks of the world; src/hosts/cli.ts answers with Node, tests with memory. */
import type { FileHost } from '../scenario/run/load';

/** How Debug Adapter Protocol messages travel. */
export type DapTransport = { kind: 'stdio' } | { kind: 'port'; port: number };

export interface CliFiles extends FileHost {
  writeText(path: string, text: string): Promise<void>;
}

export interface CliHost {
  readonly version: string;
  readonly files: CliFiles;
  /** Standard output and standard error. */
  out(text: string): void;
  error(text: string): void;
  /** True if a person watches standard error: only then is there a progress line. */
  readonly terminal: boolean;
  /** A monotonic clock, in milliseconds. */
  now(): number;
  /** Lets signals and input be noticed. */
  yieldToHost(): Promise<void>;
  /** Aborted when the person wants an end (Ctrl-C). */
  readonly signal: AbortSignal;
  /** Serves DAP until the client is gone. */
  startDap(transport: DapTransport): Promise<void>;
}
