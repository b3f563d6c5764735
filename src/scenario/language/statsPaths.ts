/** The counters of `stats`, as paths. A new counter of the machine is one word here. */
import { FUNCTION_NAMES } from '../../machine/core/functions';

const under = (path: string, names: readonly string[]): string[] => names.map((name) => `${path}.${name}`);

/** Levels of the schemes that this version has. */
export const LEVELS: readonly string[] = ['PGD', 'P4D', 'PUD', 'PMD', 'PTE'];
/** With those of flattened tables, which stand for two: `PUD+PMD`. */
export const COUNTED_LEVELS: readonly string[] = [...LEVELS, 'PGD_PUD', 'PUD_PMD', 'PMD_PTE'];

/** The same of a host’s tables. */
export const HOST_LEVELS: readonly string[] = COUNTED_LEVELS.map((level) => `h${level}`);
/** Where lines are found, and walks by latency in cycles. */
const FOUND_IN = ['l1', 'l2', 'llc', 'dram'];
const LATENCY_BUCKETS = [...[4, 8, 16, 32, 64, 128, 256, 512, 1024].map((end) => `upTo${end}`), 'more'];

export const STATS_PATHS: readonly string[] = [
  ...under('stats.accesses', ['total', 'reads', 'writes', 'execs', 'translations']),
  ...under('stats.faults', ['total', 'minor', 'major', 'cow', 'thp', 'protection', 'spurious', 'fatal', 'references']),
  ...['l1i', 'l1d', 'stlb'].flatMap((tlb) => under(`stats.tlb.${tlb}`, ['hits', 'misses'])),
  ...under('stats.walks', ['count', 'references', 'dirtyAssists', 'cycles', 'longest', 'abandonedReferences']),
  ...under('stats.walks.referencesByLevel', COUNTED_LEVELS),
  ...COUNTED_LEVELS.flatMap((level) => under(`stats.walkCaches.${level}`, ['hits', 'misses'])),
  ...under('stats.walks.latency', ['mean', 'longest', 'reads', 'lookups', 'abandoned']),
  ...under('stats.walks.latency.histogram', LATENCY_BUCKETS),
  ...COUNTED_LEVELS.flatMap((level) => under(`stats.walks.latency.byLevel.${level}`, [...FOUND_IN, 'cycles'])),
  ...['l1', 'l1i', 'l2', 'llc'].flatMap((cache) => under(`stats.caches.${cache}`, ['hits', 'misses'])),
  ...['l2', 'llc'].map((cache) => `stats.caches.${cache}.protected`),
  ...under('stats.caches.tables', FOUND_IN),
  ...['data', 'fetches'].flatMap((use) => under(`stats.caches.${use}`, [...FOUND_IN, 'cycles'])),
  ...under('stats.tables', ['bytes', 'count', 'kernel', 'flattened', 'fallbacks']),
  ...under('stats.tables.slots', ['total', 'wasted']),
  ...under('stats.tables.byLevel', COUNTED_LEVELS),
  ...under('stats.kernel', ['instructions', 'tableReads', 'tableWrites']),
  ...under('stats.kernel.byClass', ['pageFault', 'systemCall', 'timer', 'other']),
  ...FUNCTION_NAMES.flatMap((name) => under(`stats.kernel.byFunction.${name}`, ['calls', 'instructions'])),
  ...under('stats.flushes', ['total', 'pages', 'shootdowns', 'ipis', 'dropped', 'forced']),
  ...under('stats.cow', ['copies', 'reuses']),
  ...under('stats.huge', ['faulted', 'collapsed', 'split', 'fallbacks']),
  ...under('stats.files', ['reads', 'writes']),
  ...under('stats.swap', ['reads', 'writes', 'used', 'size']),
  ...under('stats.reclaim', ['scanned', 'freed']),
  'stats.migrated',
  ...under('stats.kpti', ['switches']),
  ...under('stats.memory', ['frames', 'freeFrames']),
  ...under('stats.ecpt.walks', ['direct', 'size', 'partial', 'complete', 'stale']),
  ...under('stats.ecpt.cwt', ['reads', 'full']),
  ...under('stats.ecpt', [
    ...['hashes', 'kicks', 'resizes', 'resized', 'batches', 'duplicates', 'migrated', 'failures', 'registerWrites'],
  ]),
  ...under('stats.nested', [
    ...['violations', 'software', 'misconfigurations', 'exitCycles', 'instructions', 'guestReferences'],
    ...['hostReferences', 'cutReferences', 'hostWalks', 'backed'],
  ]),
  ...under('stats.nested.hostReferencesByLevel', HOST_LEVELS),
  ...under('stats.nested.tlb', ['hits', 'misses']),
  ...HOST_LEVELS.flatMap((level) => under(`stats.nested.walkCaches.${level}`, ['hits', 'misses'])),
  ...under('stats.nested.tables', ['count', 'bytes']),
  'stats.cycles',
];
