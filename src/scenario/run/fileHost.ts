/** How a host reads files. */
import type { TraceSource } from '../../trace/load';
import type { TraceFiles } from '../../trace/traceFiles';
import type { TextFiles } from '../language/readSources';

export interface FileHost extends TextFiles {
  /** A readable stream of the file's bytes; rejects with the host's own error. */
  openTrace(path: string): Promise<TraceSource>;
  /** Where long traces are kept when they have been imported; without it they stay in memory. */
  readonly traceFiles?: TraceFiles;
}
