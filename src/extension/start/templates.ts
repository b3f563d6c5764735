/** What a new scenario can begin with: files of media/templates. Pure data. */

export interface Template {
  /** Its file is media/templates/ID.ptscen. */
  id: string;
  title: string;
  shows: string;
  icon: string;
  /** What a person has to replace: selected when the scenario opens. */
  select?: string;
}

export const TEMPLATES: readonly Template[] = [
  {
    id: 'first-fault',
    title: 'First fault',
    shows: 'A process, a region, and the first touch of a page',
    icon: 'debug-start',
  },
  { id: 'tlb', title: 'TLBs and walk caches', shows: 'Random reads on a machine with very small caches', icon: 'zap' },
  {
    id: 'fork-cow',
    title: 'fork and copy-on-write',
    shows: 'A child that shares every page, and the copies that writes make',
    icon: 'repo-forked',
  },
  { id: 'huge-page', title: 'Huge page', shows: '2 MiB in one fault, and what splits it', icon: 'symbol-ruler' },
  { id: 'swap', title: 'Swap', shows: 'Pages that leave memory, and a major fault', icon: 'arrow-swap' },
  {
    id: 'flattened',
    title: 'Flattened page tables',
    shows: 'Two levels in one table of 2 MiB (FPT)',
    icon: 'layers',
  },
  {
    id: 'cuckoo',
    title: 'Elastic cuckoo page tables',
    shows: 'Ways that are probed side by side (ECPT)',
    icon: 'symbol-array',
  },
  {
    id: 'trace',
    title: 'Trace of a real program',
    shows: 'Replays a recording made with Valgrind',
    icon: 'record',
    select: 'program.lackey.gz',
  },
  { id: 'tests', title: 'Tests', shows: 'Expectations for the Test Explorer and for CI', icon: 'beaker' },
  { id: 'empty', title: 'Empty', shows: 'A machine and a process', icon: 'file' },
];
