/** How a host reads files. Paths are whatever the host's paths are. */
import type { TraceSource } from '../../trace/load';
import type { TraceFiles } from '../../trace/traceFiles';

export interface FileHost {
  readText(path: string): Promise<string>;
  /** A readable stream of the file's bytes; rejects with the host's own error. */
  openTrace(path: string): Promise<TraceSource>;
  /** `name` as a file of the scenario `from` names it. One file has one such path. */
  resolve(from: string, name: string): string;
  /** Where long traces are kept when they have been imported; without it they stay in memory. */
  readonly traceFiles?: TraceFiles;
}
