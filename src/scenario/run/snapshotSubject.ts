/**
 * The names of a snapshot: its registers, its kernel's symbols, and the functions of the language that look at tables.
 * Nothing in a snapshot can be changed but the root under which addresses are looked up.
 */
import { formatAddress, vpnOfAddress } from '../../machine/core/addresses';
import { highWord, lowWord } from '../../machine/paging/x86/entry';
import { protNoneFrame } from '../../snapshot/linux';
import type { Snapshot } from '../../snapshot/snapshot';
import type { Environment } from './evaluate';
import { LEVEL_FUNCTIONS } from './names/machineNames';
import type { Subject } from './subject';
import { entryValue, tobjValue, walkValue, wordAt } from './translationValues';
import { NONE, numberOf, region, symbol, type Value } from './values';

const OUTCOMES = new Set(['mapped', 'notPresent', 'reserved', 'notCanonical', 'none']);

export class SnapshotSubject implements Subject, Environment {
  readonly environment: Environment = this;

  constructor(readonly machine: Snapshot) {}

  name(name: string): Value | undefined {
    const { registers, symbols, maps } = this.machine.description;
    if (name === 'cr3') return this.machine.space.cr3;
    if (Object.hasOwn(registers, name)) return registers[name];
    if (Object.hasOwn(symbols, name)) return symbols[name];
    const map = maps.find((m) => m.name === `[${name}]`);
    if (map !== undefined) return region(name, map.start, map.end);
    return OUTCOMES.has(name) ? symbol(name) : undefined;
  }

  /** Names with a value, for completion. */
  get names(): string[] {
    const { registers, symbols, maps } = this.machine.description;
    const regions = maps.map(({ name }) => /^\[(\w+)\]$/.exec(name)?.[1]).filter((name) => name !== undefined);
    return [...new Set([...Object.keys(registers), ...regions, ...Object.keys(symbols)])];
  }

  /** True of a name or a function that means something here and is not among `names`. */
  knows(name: string): boolean {
    return !this.names.includes(name) && (this.name(name) !== undefined || this.call(name, []) !== undefined);
  }

  call(name: string, args: readonly Value[]): Value | string | undefined {
    const { inspector, root, memory } = this.machine;
    const { format } = inspector;
    const level = format.levels.findIndex((l) => l.name.toLowerCase() === name);
    const isLevel = level >= 0 || LEVEL_FUNCTIONS.has(name);
    if (!isLevel && !['walk', 'tobj', 'phys', 'vma'].includes(name)) return undefined;
    const n = args.length === 1 ? numberOf(args[0]) : undefined;
    if (n === undefined) return `${name}() takes one address`;
    if (name === 'phys') return wordAt(memory, n);
    if (name === 'vma') return this.#map(n);
    const walk = inspector.walk(root, vpnOfAddress(n));
    if (isLevel) return level < 0 ? NONE : entryValue(walk.steps[level], format);
    if (name === 'walk') return walkValue(walk, (entry) => entryValue(entry, format));
    const raw = walk.steps.at(-1)?.raw ?? 0n;
    const frame = protNoneFrame(lowWord(raw), highWord(raw));
    return tobjValue(walk, { frame, swapped: frame === undefined });
  }

  #map(address: bigint): Value {
    const map = this.machine.description.maps.find(({ start, end }) => address >= start && address < end);
    if (map === undefined) return NONE;
    const { start, end, permissions, name } = map;
    return {
      type: 'object',
      text: `${formatAddress(start)} .. ${formatAddress(end)} ${permissions} ${name}`.trim(),
      members: [
        { name: 'start', get: () => start, as: 'address' },
        { name: 'end', get: () => end, as: 'address' },
        { name: 'size', get: () => end - start },
        { name: 'read', get: () => permissions.includes('r') },
        { name: 'write', get: () => permissions.includes('w') },
        { name: 'exec', get: () => permissions.includes('x') },
      ],
    };
  }

  describeAddress(address: bigint): string | undefined {
    const { symbols, maps } = this.machine.description;
    const known = Object.keys(symbols).find((name) => symbols[name] === address);
    if (known !== undefined) return `${formatAddress(address)} (${known})`;
    const map = maps.find(({ start, end, name }) => name !== '' && address >= start && address < end);
    return map && `${formatAddress(address)} (${map.name}+0x${(address - map.start).toString(16)})`;
  }
}
