/** What the views of the workbench ask a session. A view's requests are its rows here. */
export interface Question {
  name: string;
  command: string;
  args?: (i: number) => object;
  /** Views ask it at every stop. */
  atStops?: true;
}

/** The stretch of pages that the benchmark's program has mapped, and the tick at which the cursor stands. */
export interface Where {
  firstPage: number;
  pages: number;
  tick: number;
}

/** Pages of a 48-bit address space, and cells of a map. */
const ALL_PAGES = 2 ** 36;
export const CELLS = 2048;

export const mapOfAll = { first: 0, cellPages: ALL_PAGES / CELLS, cells: CELLS };
export const treeOf = (id: string, parent?: string): object => ({
  tree: id,
  start: 0,
  count: 100,
  ...(parent && { parent }),
});
const rows = (list: string, start: number): object => ({ list, start, count: 60 });
const hex = (page: number): string => `0x${(page * 4096).toString(16)}`;

export function viewQuestions({ firstPage, pages, tick }: Where): readonly Question[] {
  const map = (first: number, cellPages: number): object => ({ first, cellPages, cells: CELLS });
  const tree = (id: string, parent?: string) => () => treeOf(id, parent);
  const somePage = (i: number): number => firstPage + ((i * 99_991) % pages);
  return [
    { name: 'moment', command: 'ptscope/moment' },
    { name: 'call stack', command: 'stackTrace', args: () => ({ threadId: 1 }), atStops: true },
    { name: 'scopes', command: 'scopes', args: () => ({ frameId: 1 }), atStops: true },
    { name: 'inline values', command: 'ptscope/effects', atStops: true },
    { name: 'Walk', command: 'ptscope/walk', atStops: true },
    { name: 'Walk of an address', command: 'ptscope/walk', args: (i) => ({ address: hex(somePage(i)) }) },
    { name: 'Page Tables', command: 'ptscope/tree', args: tree('pageTables'), atStops: true },
    { name: 'TLB & Walk Caches', command: 'ptscope/tree', args: tree('caches'), atStops: true },
    { name: 'Translation Objects', command: 'ptscope/tree', args: tree('objects'), atStops: true },
    { name: 'Processes', command: 'ptscope/tree', args: tree('processes'), atStops: true },
    { name: 'Processes, parts', command: 'ptscope/tree', args: tree('processes', 'proc:1'), atStops: true },
    {
      name: 'way to a row of Page Tables',
      command: 'ptscope/treePath',
      args: (i) => ({ address: hex(somePage(i)) }),
    },
    { name: 'Statistics, with plots', command: 'ptscope/statistics', atStops: true },
    { name: 'History', command: 'ptscope/history', atStops: true },
    { name: 'History, rows here', command: 'ptscope/historyRows', args: () => rows('ticks', tick - 30), atStops: true },
    { name: 'History, rows far away', command: 'ptscope/historyRows', args: (i) => rows('ticks', i * 100_003) },
    { name: 'History, faults far away', command: 'ptscope/historyRows', args: (i) => rows('faults', i * 70_001) },
    { name: 'Map, 256 TiB', command: 'ptscope/map', args: () => mapOfAll },
    {
      name: 'Map, all that is mapped',
      command: 'ptscope/map',
      args: () => map(firstPage, pages / CELLS),
      atStops: true,
    },
    { name: 'Map, 8 MiB', command: 'ptscope/map', args: (i) => map(firstPage + i * 4096, 1) },
    {
      name: 'Map, a place',
      command: 'ptscope/mapPlace',
      args: (i) => ({ first: firstPage + i * 1000, pages: 2 ** 20 }),
    },
  ];
}
