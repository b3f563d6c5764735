/** Timelines over small scenarios, for tests. */
import { loadScenario } from '../../src/scenario/run/load';
import type { Output } from '../../src/scenario/run/run';
import { Timeline, type TimelineOptions } from '../../src/timeline/timeline';

const noFiles = {
  readText: () => Promise.reject(new Error('no files here')),
  openTrace: () => Promise.reject(new Error('no files here')),
  resolve: (_from: string, name: string) => name,
};

export interface Tape {
  timeline: Timeline;
  outputs: Output[];
  /** What was said about undone edits. */
  undone: string[];
  /** `tick.event` of the cursor. */
  place(): string;
  hash(): string;
}

export const tape = (source: string, checkpointTicks = 16): Promise<Tape> => tapeOf(source, { checkpointTicks });

export async function tapeOf(source: string, options: Partial<TimelineOptions>): Promise<Tape> {
  const { run } = await loadScenario('test.ptscen', source, noFiles, {});
  const outputs: Output[] = [];
  const undone: string[] = [];
  const timeline = new Timeline(run, {
    now: () => performance.now(),
    yieldToHost: () => new Promise((resolve) => setImmediate(resolve)),
    onOutput: (output) => outputs.push(output),
    onUndo: (text) => undone.push(text),
    ...options,
  });
  const place = (): string => `${timeline.moment.tick}.${timeline.moment.event}`;
  return { timeline, outputs, undone, place, hash: () => run.stateHash() };
}

export const SMALL = `machine {
  preset classroom
}
let page = 4KiB
process demo
mmap heap 64KiB rw anon at 0x5555_5540_0000
write heap
print "faults {stats.faults.total}"
repeat 3 {
  read heap .. heap+16KiB step 4KiB
  write heap random 8 seed 7
}
expect stats.faults.minor > 3
munmap heap
expect fails read heap
print "end"
`;
