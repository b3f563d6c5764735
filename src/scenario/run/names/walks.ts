/** What a walk of an address would find, without side effects: `walk(A)` and `tobj(A)`. */
import { formatPhysical, physicalOf, type Vpn } from '../../../machine/core/addresses';
import type { Machine } from '../../../machine/machine';
import { NONE, type ObjectValue, symbol } from '../values';
import { entryObject } from './entries';
import { hex, member } from './member';

export function walkObject(machine: Machine, vpn: Vpn): ObjectValue {
  const walk = machine.inspector.walk(machine.root, vpn);
  const refs = BigInt(walk.steps.length);
  const cycles = BigInt(Math.round(walk.steps.length * machine.costs.table_read));
  const to = walk.pfn === undefined ? walk.outcome : `frame ${hex(walk.pfn)}`;
  return {
    type: 'object',
    text: `${refs} ${refs === 1n ? 'reference' : 'references'}, ${to}`,
    members: [
      member('refs', () => refs, 'count'),
      member('cycles', () => cycles, 'count'),
      member('levels', () => ({
        type: 'object',
        text: walk.steps.map((s) => `${s.levelName}[${s.index}]`).join(' → '),
        number: refs,
        members: walk.steps.map((s) => member(s.levelName, () => entryObject(machine, s))),
      })),
      member('result', () => symbol(walk.outcome)),
      member('pa', () => (walk.pfn === undefined ? NONE : BigInt(physicalOf(walk.pfn))), 'address'),
    ],
  };
}

export function tobjObject(machine: Machine, vpn: Vpn): ObjectValue {
  const walk = machine.inspector.walk(machine.root, vpn);
  const leaf = walk.steps.at(-1);
  const raw = leaf?.raw ?? 0n;
  const bit = (n: number) => (): boolean => walk.outcome === 'mapped' && ((raw >> BigInt(n)) & 1n) === 1n;
  const mapped = walk.outcome === 'mapped' || (raw !== 0n && leaf?.present === false);
  const size = walk.pageSize === undefined ? 4096n : [4096n, 1n << 21n, 1n << 30n][walk.pageSize];
  return {
    type: 'object',
    text: walk.pfn === undefined ? 'nothing is mapped' : `${size} bytes at ${formatPhysical(physicalOf(walk.pfn))}`,
    members: [
      member('mapped', () => mapped),
      member('present', () => walk.outcome === 'mapped'),
      member('pa', () => (walk.pfn === undefined ? NONE : BigInt(physicalOf(walk.pfn))), 'address'),
      member('size', () => size),
      member('write', () => walk.outcome === 'mapped' && walk.write),
      member('exec', () => walk.outcome === 'mapped' && walk.exec),
      member('user', () => walk.outcome === 'mapped' && walk.user),
      member('dirty', bit(6)),
      member('accessed', bit(5)),
      member('global', bit(8)),
      member('swap', () => raw !== 0n && leaf?.present === false),
    ],
  };
}
