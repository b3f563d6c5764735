/** What an adapter needs of whoever runs it. */
import type { FileHost } from '../scenario/run/load';

export interface AdapterHost {
  files: FileHost;
  /** A monotonic clock in milliseconds. */
  now(): number;
  yieldToHost(): Promise<void>;
}
