/**
 * What the names of the expression language mean on a machine: `access`, `fault`, `walk(A)`, `pte(A)`, `phys(P)`,
 * `stats`, registers. Everything is read when asked for, from the machine as it stands, and changes nothing; only a
 * member's `set` writes, as a person or a `set` statement asks.
 */
import {
  addressOf,
  asPfn,
  asVpn,
  formatAddress,
  formatPhysical,
  formatVirtual,
  offsetOfAddress,
  PAGE_BYTES,
  type Pfn,
  physicalOf,
  type Vpn,
  vpnOfAddress,
} from '../../machine/core/addresses';
import { Signal } from '../../machine/core/probe';
import type { WatchedRegister } from '../../machine/core/watch';
import { residentPages } from '../../machine/kernel/process';
import { FAULT_KINDS, SIGNALS } from '../../machine/kernel/faults/verdict';
import { findVma, protectionText } from '../../machine/kernel/vma';
import { Last, type Machine } from '../../machine/machine';
import { CR4, ERROR_BITS } from '../../machine/mmu/rights';
import { indexOf } from '../../machine/paging/format';
import type { EntryNode } from '../../machine/paging/inspector';
import { ENTRY_BITS } from '../../machine/paging/x86/entry';
import { statistics } from '../../machine/statistics';
import { statisticsValue } from './statisticsValue';
import { type MemberValue, NONE, numberOf, type ObjectValue, symbol, type Value } from './values';

const member = (name: string, get: () => Value, as?: MemberValue['as']): MemberValue => ({ name, get, as });
const hex = (n: number | bigint): string => '0x' + n.toString(16);

/** The 32-bit halves of two 64-bit values, as events carry them. */
const words = (
  before: bigint,
  after: bigint,
): { oldLow: number; oldHigh: number; newLow: number; newHigh: number } => ({
  oldLow: Number(BigInt.asIntN(32, before)),
  oldHigh: Number(BigInt.asIntN(32, before >> 32n)),
  newLow: Number(BigInt.asIntN(32, after)),
  newHigh: Number(BigInt.asIntN(32, after >> 32n)),
});

/** Names that are values: kinds of faults, of accesses, signals. */
const SYMBOLS = new Set<string>([
  'none',
  ...FAULT_KINDS,
  ...SIGNALS,
  'read',
  'write',
  'exec',
  'mapped',
  'notPresent',
  'reserved',
  'notCanonical',
]);

export class MachineNames {
  constructor(private readonly machine: Machine) {}

  name(name: string): Value | undefined {
    const m = this.machine;
    switch (name) {
      case 'access':
        return this.#access();
      case 'fault':
        return this.#fault(0);
      case 'faults':
        return this.#faults();
      case 'stats':
        return statisticsValue(m);
      case 'mm':
        return this.#mm();
      case 'cr2':
        return addressOf(m.mmu.cr2.vpn, m.mmu.cr2.offset);
      case 'cr3':
        return BigInt(physicalOf(m.root) + m.mmu.pcid);
      case 'cr0':
      case 'cr4':
      case 'efer':
      case 'pkru':
        return BigInt(m.mmu[name]);
      default:
        return SYMBOLS.has(name) ? symbol(name) : undefined;
    }
  }

  /** Changes a register. A sentence if it cannot be. */
  setRegister(name: string, value: bigint): string | undefined {
    const before = this.name(name);
    const refused = this.#loadRegister(name, value);
    if (refused !== undefined || typeof before !== 'bigint') return refused;
    // A load of CR3 is reported by the flush that it is.
    if (name !== 'cr3')
      this.machine.probe.recorder?.emit({
        kind: 'registerLoad',
        register: name as WatchedRegister,
        ...words(before, value),
      });
    return undefined;
  }

  #loadRegister(name: string, value: bigint): string | undefined {
    const { mmu } = this.machine;
    if (name === 'cr2') mmu.setCr2(vpnOfAddress(value), offsetOfAddress(value));
    else if (name === 'cr3') return this.#setCr3(value);
    else if (name === 'cr0' && (value & 0x8000_0001n) !== 0x8000_0001n)
      return 'paging and protected mode cannot be switched off here';
    else if (name === 'cr0' || name === 'cr4' || name === 'efer' || name === 'pkru') {
      if (value > 0xffffffffn) return `${name} takes 32 bits here`;
      mmu[name] = Number(value);
    } else return `'${name}' is not a register that can be set`;
    return undefined;
  }

  /** With CR4.PCIDE bits 0 to 11 are the PCID, and bit 63 says that nothing is to be dropped. */
  #setCr3(value: bigint): string | undefined {
    const { mmu, memory } = this.machine;
    const tagged = (mmu.cr4 & CR4.PCIDE) !== 0;
    const frame = (tagged ? BigInt.asUintN(63, value) : value) >> 12n;
    if (frame >= BigInt(memory.frameCount)) return 'CR3 must point into memory';
    mmu.movToCr3(asPfn(Number(frame)), Number(value & 0xfffn), tagged && value >> 63n !== 0n);
    return undefined;
  }

  call(name: string, args: readonly Value[]): Value | string | undefined {
    const levels = this.machine.scheme.format.levels;
    const level = levels.findIndex((l) => l.name.toLowerCase() === name);
    const isLevel = level >= 0 || name === 'p4d';
    if (!isLevel && !['walk', 'tobj', 'phys', 'tlb', 'pwc', 'vma'].includes(name)) return undefined;
    const n = args.length === 1 ? numberOf(args[0]) : undefined;
    if (n === undefined) return `${name}() takes one address`;
    if (name === 'phys') return this.#word(n);
    const vpn = vpnOfAddress(n);
    if (isLevel) return level < 0 ? NONE : this.entryObject(this.#entryAt(vpn, level));
    if (this.machine.kernel.current === undefined) return NONE;
    switch (name) {
      case 'walk':
        return this.#walk(vpn);
      case 'tobj':
        return this.#tobj(vpn);
      case 'tlb':
        return this.#tlb(vpn);
      case 'pwc':
        return this.#pwc(vpn);
      default:
        return this.#vma(vpn);
    }
  }

  // ---- the last access --------------------------------------------------------------------------------------------

  #access(): Value {
    const { last, kernel } = this.machine;
    if (last[Last.Kind] < 0) return NONE;
    const kind = ['read', 'write', 'exec'][last[Last.Kind]];
    const va = addressOf(asVpn(last[Last.Vpn]), last[Last.Offset]);
    return {
      type: 'object',
      text: `${kind} ${formatVirtual(asVpn(last[Last.Vpn]), last[Last.Offset])}, ${last[Last.Size]} bytes`,
      number: va,
      members: [
        member('va', () => va, 'address'),
        member('kind', () => symbol(kind)),
        member('size', () => BigInt(last[Last.Size])),
        member('cpu', () => 0n),
        member('pid', () => BigInt(kernel.current?.pid ?? 0)),
        member('index', () => BigInt(statistics(this.machine).accesses.total)),
        member('walk', () => this.#lastWalk()),
        member(
          'pa',
          () => (last[Last.Pfn] < 0 ? NONE : BigInt(physicalOf(asPfn(last[Last.Pfn])) + last[Last.Offset])),
          'address',
        ),
      ],
    };
  }

  /** An access that has not been made: it has no walk and no physical address yet. */
  pendingAccess(kind: string, va: bigint, sizeBytes: number): Value {
    const pid = BigInt(this.machine.kernel.current?.pid ?? 0);
    return {
      type: 'object',
      text: `${kind} ${formatAddress(va)}, ${sizeBytes} bytes`,
      number: va,
      members: [
        member('va', () => va, 'address'),
        member('kind', () => symbol(kind)),
        member('size', () => BigInt(sizeBytes), 'count'),
        member('cpu', () => 0n, 'count'),
        member('pid', () => pid, 'count'),
        member('index', () => BigInt(statistics(this.machine).accesses.total), 'count'),
        member('walk', () => NONE),
        member('pa', () => NONE),
      ],
    };
  }

  #lastWalk(): Value {
    const { last } = this.machine;
    if (last[Last.Walks] === 0) return NONE;
    const refs = BigInt(last[Last.WalkReferences]);
    const cycles = BigInt(Math.round(last[Last.WalkCycles]));
    return {
      type: 'object',
      text: `${refs} ${refs === 1n ? 'reference' : 'references'}, ${cycles} cycles`,
      members: [
        member('refs', () => refs, 'count'),
        member('cycles', () => cycles, 'count'),
        member('count', () => BigInt(last[Last.Walks])),
      ],
    };
  }

  #fault(n: number): Value {
    const fault = this.machine.faultRecord(n);
    if (fault === undefined) return NONE;
    const { kind, signal, address } = fault;
    const code = BigInt(fault.errorCode);
    return {
      type: 'object',
      text: `${signal ?? kind}, error code ${hex(code)} (${errorNames(Number(code))}), ${formatAddress(address)}`,
      symbols: signal === undefined ? [kind] : [kind, signal],
      members: [
        member('kind', () => symbol(signal ?? kind)),
        member('code', () => code, 'hex'),
        member('address', () => address, 'address'),
      ],
    };
  }

  #faults(): Value {
    const count = this.machine.faultCount;
    const members = Array.from({ length: count }, (_, i) => member(`${i}`, () => this.#fault(i)));
    return { type: 'object', text: `${count} faults`, members: [...members, member('count', () => BigInt(count))] };
  }

  // ---- translations -------------------------------------------------------------------------------------------------

  /** The entry that a walk of `vpn` would read at a level; `undefined` if the walk ends before. */
  #entryAt(vpn: Vpn, level: number): EntryNode | undefined {
    if (this.machine.kernel.current === undefined) return undefined;
    return this.machine.inspector.walk(this.machine.root, vpn).steps[level];
  }

  entryObject(entry: EntryNode | undefined): Value {
    if (entry === undefined) return NONE;
    const bits = ENTRY_BITS.map((b): MemberValue => ({
      name: b.member,
      get: () => ((entry.raw >> BigInt(b.bit)) & 1n) === 1n,
      set: (value) =>
        this.#writeEntry(entry, (entry.raw & ~(1n << BigInt(b.bit))) | (value ? 1n << BigInt(b.bit) : 0n)),
    }));
    return {
      type: 'object',
      text: `${hex(entry.raw)} ${entry.flags ? `[${entry.flags}] ` : ''}${entry.meaning}`,
      number: entry.raw,
      memoryReference: `pa:${hex(entry.address)}`,
      members: [
        { name: 'raw', get: () => entry.raw, set: (v) => this.#writeEntry(entry, v), as: 'hex' },
        ...bits,
        {
          name: 'pfn',
          get: () => BigInt(entry.frame),
          set: (v) =>
            v >= 1n << 40n
              ? 'a frame number has 40 bits'
              : this.#writeEntry(entry, (entry.raw & ~0x000ffffffffff000n) | (v << 12n)),
          as: 'hex',
        },
        member('folded', () => false),
        member('address', () => BigInt(entry.address), 'address'),
        member('table', () => BigInt(physicalOf(entry.table)), 'address'),
        member('index', () => BigInt(entry.index)),
        member('level', () => entry.levelName),
      ],
    };
  }

  #writeEntry(entry: EntryNode, raw: bigint): string | undefined {
    const { memory } = this.machine;
    if (entry.address + 8 > memory.sizeBytes)
      return `the entry lies behind the end of memory, ${formatPhysical(memory.sizeBytes)}`;
    this.#poke(entry.address, raw);
    return undefined;
  }

  /** Writes a word of physical memory by hand, seen by whoever watches or records. */
  #poke(address: number, value: bigint): void {
    const { memory, probe } = this.machine;
    const oldLow = memory.readWord(address);
    const oldHigh = memory.readWord(address + 4);
    const newLow = Number(BigInt.asIntN(32, value));
    const newHigh = Number(BigInt.asIntN(32, value >> 32n));
    memory.writeWord(address, newLow);
    memory.writeWord(address + 4, newHigh);
    if (probe.watches.physicalWrites && probe.watches.writesFrame(asPfn(Math.floor(address / PAGE_BYTES))))
      probe.signal(Signal.Watch);
    probe.recorder?.emit({ kind: 'memoryWrite', address, oldLow, oldHigh, newLow, newHigh });
  }

  #walk(vpn: Vpn): ObjectValue {
    const m = this.machine;
    const walk = m.inspector.walk(m.root, vpn);
    const refs = BigInt(walk.steps.length);
    const cycles = BigInt(Math.round(walk.steps.length * m.costs.table_read));
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
          members: walk.steps.map((s) => member(s.levelName, () => this.entryObject(s))),
        })),
        member('result', () => symbol(walk.outcome)),
        member('pa', () => (walk.pfn === undefined ? NONE : BigInt(physicalOf(walk.pfn))), 'address'),
      ],
    };
  }

  #tobj(vpn: Vpn): ObjectValue {
    const m = this.machine;
    const walk = m.inspector.walk(m.root, vpn);
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

  #tlb(vpn: Vpn): ObjectValue {
    const { mmu } = this.machine;
    const levels: [string, typeof mmu.l1d][] = [
      ['L1D', mmu.l1d],
      ['L1I', mmu.l1i],
      ['STLB', mmu.stlb],
    ];
    for (const [name, level] of levels)
      for (const [size, tlb] of level.bySize.entries()) {
        const pages = [1, 512, 262144][size];
        const at = tlb === null ? -1 : tlb.peek(Math.floor(vpn / pages), size);
        if (tlb === null || at < 0) continue;
        const bytes = BigInt(pages * 4096);
        return {
          type: 'object',
          text: `hit in ${name}: frame ${hex(tlb.frameOf(at))}`,
          number: 1n,
          members: [
            member('hit', () => true),
            member('level', () => name),
            member('size', () => bytes),
            member('pfn', () => BigInt(tlb.frameOf(at)), 'hex'),
            member('dirty', () => (tlb.flagsOf(at) & 8) !== 0),
          ],
        };
      }
    const members = [member('hit', () => false), member('level', () => NONE), member('size', () => NONE)];
    return { type: 'object', text: 'not in any TLB', number: 0n, members };
  }

  #pwc(vpn: Vpn): ObjectValue {
    const { mmu, scheme } = this.machine;
    for (let level = mmu.walkCaches.length - 1; level >= 0; level--) {
      const cache = mmu.walkCaches[level];
      const format = scheme.format.levels[level];
      const at = cache.peek(Math.floor(vpn / 2 ** (format.shift - 12)), 0);
      if (at < 0) continue;
      const members = [
        member('hit', () => true),
        member('level', () => format.name),
        member('table', () => BigInt(cache.frameOf(at) * 4096), 'address'),
      ];
      return {
        type: 'object',
        text: `hit at ${format.name}: table at ${formatPhysical(cache.frameOf(at) * 4096)}`,
        number: 1n,
        members,
      };
    }
    return {
      type: 'object',
      text: 'no walk cache knows it',
      number: 0n,
      members: [member('hit', () => false), member('level', () => NONE), member('table', () => NONE)],
    };
  }

  #vma(vpn: Vpn): Value {
    const vma = findVma(this.machine.kernel.current?.vmas ?? [], vpn);
    if (vma === undefined) return NONE;
    return {
      type: 'object',
      text: `${formatVirtual(vma.start)} .. ${formatVirtual(vma.end)} ${protectionText(vma)}`,
      members: [
        member('start', () => addressOf(vma.start), 'address'),
        member('end', () => addressOf(vma.end), 'address'),
        member('size', () => BigInt(vma.end - vma.start) * 4096n),
        member('read', () => vma.read),
        member('write', () => vma.write),
        member('exec', () => vma.exec),
      ],
    };
  }

  #mm(): Value {
    const process = this.machine.kernel.current;
    if (process === undefined) return NONE;
    return {
      type: 'object',
      text: `${process.name}: ${residentPages(process)} pages resident`,
      members: [
        member('rss', () => BigInt(residentPages(process))),
        member('tables', () => BigInt(this.#tablesBelow(process.tdb.root, 0))),
        member('vmas', () => BigInt(process.vmas.length)),
      ],
    };
  }

  /** Tables of the tree below a table, itself included; the last level's need not be looked into. */
  #tablesBelow(table: Pfn, level: number): number {
    const { inspector, scheme } = this.machine;
    if (level === scheme.format.levels.length - 1) return 1;
    const entries = inspector.used(table, level).map((index) => inspector.entry(table, level, index));
    return entries.reduce((n, e) => n + (e.present && !e.leaf ? this.#tablesBelow(e.frame, level + 1) : 0), 1);
  }

  #word(address: bigint): Value | string {
    const { memory } = this.machine;
    if (address % 8n !== 0n) return 'phys() takes a multiple of 8';
    if (address + 8n > BigInt(memory.sizeBytes)) return `memory ends at ${formatPhysical(memory.sizeBytes)}`;
    const at = Number(address);
    return (BigInt(memory.readWord(at + 4) >>> 0) << 32n) | BigInt(memory.readWord(at) >>> 0);
  }

  /** Writes a 64-bit word of physical memory, as `set phys(P) = V`. A sentence if it cannot be. */
  setPhysical(address: bigint, value: bigint): string | undefined {
    const read = this.#word(address);
    if (typeof read === 'string') return read;
    this.#poke(Number(address), value);
    return undefined;
  }

  /** How the address splits into fields under the machine's scheme. */
  fieldsOf(vpn: Vpn): { name: string; index: number }[] {
    return this.machine.scheme.format.levels.map((l) => ({ name: l.name, index: indexOf(vpn, l) }));
  }
}

/** `P W U`, the names of the bits that are set. */
export function errorNames(code: number): string {
  return (
    ERROR_BITS.filter((b) => code & b.bit)
      .map((b) => b.name)
      .join(' ') || 'not present, read, supervisor'
  );
}
