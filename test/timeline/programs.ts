/** Programs of different kinds that timelines run over, each with the first run of it kept to start from again. */
import { join } from 'node:path';
import { nodeFiles } from '../../src/hosts/nodeFiles';
import { loadRun } from '../../src/scenario/run/load';
import type { Run, RunSnapshot } from '../../src/scenario/run/run';
import { Timeline, type TimelineOptions } from '../../src/timeline/timeline';
import { memoryHost } from '../scenario/run/support';

const SCENARIO = `machine {
  preset classroom
}
process demo
mmap heap 64KiB rw anon at 0x5555_5540_0000
mmap big 3MiB rw anon populate
write heap
repeat 4 {
  read heap .. heap+16KiB step 4KiB
  write heap random 8 seed 7
  mmap more 1MiB rw anon
  repeat 3 {
    write more random 20 seed 3
    print "faults {stats.faults.total}"
  }
  munmap more
  invlpg heap
}
read big for 2MiB step 4KiB
munmap heap
expect fails read heap
munmap big
print "end"
`;

const GUPS = `machine {
  preset classroom
}
process p
mmap heap 64MiB rw anon
write heap random 300 seed 5
read heap random 200 seed 5
`;

/** Everything that the kernel keeps books of: sharing, huge pages, swap, files, nodes, several CPUs. */
const KERNEL = `machine {
  preset classroom
  memory 64MiB
  swap 2MiB
  nodes 2
  cpus 2
  pcid on
  thp madvise
  zeropage on
}
process parent
mmap heap 256KiB rw anon at 0x1000_0000
mmap lib 64KiB rw file "libc.so"
mmap shared 64KiB rw shared
mmap big 4MiB rw anon at 0x4000_0000 thp
write heap step 8KiB
read lib step 4KiB
write shared
write big
fork child
write heap step 16KiB
switch child
write heap step 4KiB
write lib
write shared
write big + 8KiB
on cpu 1
madvise heap for 64KiB free
swapout heap
read heap step 4KiB
migrate heap node 1
mprotect heap r
demote big
promote big
mremap heap to 512KiB
reclaim 20
iterate heap
khugepaged
exit
switch parent
munmap big
exit
`;

const TRACE = join(__dirname, '../fixtures/traces/python-200k.lackey.gz');

export interface Fixture {
  name: string;
  run: Run;
  start: RunSnapshot;
  /** Line of a statement with many ticks, 0-based. */
  line: number;
}

async function scenario(name: string, text: string, line: number): Promise<Fixture> {
  const { run } = await loadRun('t.ptscen', memoryHost({ 't.ptscen': text }));
  return { name, run, start: run.save(), line };
}

async function python(): Promise<Fixture> {
  const { run } = await loadRun(TRACE, nodeFiles, { overrides: ['preset=classroom'], limit: 500, skip: 3000 });
  return { name: 'python', run, start: run.save(), line: 1 };
}

export const fixtures = (): Promise<Fixture[]> =>
  Promise.all([scenario('scenario', SCENARIO, 8), python(), scenario('gups', GUPS, 5), scenario('kernel', KERNEL, 14)]);

/** A timeline over the program from its beginning. */
export function timelineOf({ run, start }: Fixture, options: Partial<TimelineOptions> = {}): Timeline {
  run.load(start);
  return new Timeline(run, {
    now: () => performance.now(),
    yieldToHost: () => new Promise((resolve) => setImmediate(resolve)),
    ...options,
  });
}

export const placeOf = ({ moment }: Timeline): string => `${moment.tick}.${moment.event}`;
