/** All counters as rows, by the names that expressions know: what a person can put into a watch or a condition. */
import type { Machine } from '../../machine/machine';
import { statistics } from '../../machine/statistics';
import type { CounterGroup } from '../../protocol/statistics';

/** Values by path below `stats`. */
export type CounterValues = ReadonlyMap<string, number>;

export function counterValues(machine: Machine): CounterValues {
  const values = new Map<string, number>();
  collect('stats', statistics(machine), values);
  return values;
}

/** What is counted when it is asked for costs a pass over all tables: it is left to expressions. */
function collect(path: string, record: object, into: Map<string, number>): void {
  for (const [name, { value, get }] of Object.entries(Object.getOwnPropertyDescriptors(record))) {
    if (get !== undefined) continue;
    const at = `${path}.${name.replace('+', '_')}`;
    if (typeof value === 'number') into.set(at, value);
    else if (typeof value === 'object' && value !== null) collect(at, value as object, into);
  }
}

/** Calls and instructions of single functions are in the flame graph. */
const ELSEWHERE = 'stats.kernel.byFunction.';

export function counterGroups(now: CounterValues, then: CounterValues | undefined): CounterGroup[] {
  const groups = new Map<string, CounterGroup>();
  for (const [path, value] of now) {
    if (path.startsWith(ELSEWHERE)) continue;
    const [, first, ...rest] = path.split('.');
    const name = rest.length === 0 ? 'run' : first;
    const group = groups.get(name) ?? { name, rows: [] };
    groups.set(name, group);
    group.rows.push({ path, now: value, ...(then === undefined ? {} : { then: then.get(path) ?? 0 }) });
  }
  return [...groups.values()];
}
