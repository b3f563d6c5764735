/**
 * Journeys: to the previous or the next moment at which an entry was changed, or an address faulted. Each is a search like
 * `continue` with rules of its own; where nothing is found, the cursor stays where it is.
 */
import { asVpn, PAGE_BYTES, type Pfn, vpnOfAddress } from '../machine/core/addresses';
import type { FaultEvent, MachineEvent } from '../machine/core/events';
import { entryAddressIn, type PagingFormat } from '../machine/paging/format';
import { FAULT_KINDS } from '../machine/kernel/faults/verdict';
import { REQUESTS } from '../protocol/names';
import type { TravelArguments, TravelResponse } from '../protocol/requests';
import type { Run } from '../scenario/run/run';
import { numberOf, type ObjectValue } from '../scenario/run/values';
import type { StopRules } from '../timeline/stops';
import { Guard } from './breakpoints/guard';
import type { Match, Rule } from './breakpoints/rule';
import { accessText, dataRule } from './breakpoints/rules';
import { RuleSet } from './breakpoints/stopRules';
import type { Handler } from './connection';
import { evaluateText } from './console';
import type { SessionContext } from './context';
import { placeOfEntry } from './data/entryPlace';
import { checkUse, dataNamed, lastEntry, pageTarget } from './data/resolve';
import { changedWords } from './data/clusters';
import type { Debuggee } from './debuggee';
import { type DataTarget, dataIdOf, entryTarget, parseDataId, REGISTERS, type VirtualTarget } from './data/target';
import { targetTitle } from './data/words';
import { badReference, unusable } from './errors';
import { insideHandler } from './filters';

export function travelHandlers(session: SessionContext): Readonly<Record<string, Handler>> {
  function travel({ what, direction, target }: TravelArguments): TravelResponse | undefined {
    if (!['change', 'fault'].includes(what)) throw badReference("'what' is change or fault.");
    if (!['previous', 'next'].includes(direction)) throw badReference("'direction' is previous or next.");
    const debuggee = session.stopped();
    const { run } = debuggee;
    const place = target ?? placeHere(debuggee, what);
    const { rules, title } = what === 'change' ? changes(run, place) : faults(run, place);
    const earlier = direction === 'previous' ? 'earlier' : 'later';
    const body = { sought: `the ${direction} ${title}` };
    return session.move((d) => d.timeline.jump(rules, direction === 'next'), body, {
      title: `Looking for ${body.sought}`,
      nowhere: `There is no ${earlier} ${title}`,
      unannounced: true,
    });
  }

  return { [REQUESTS.travel]: travel };
}

/** What the cursor is about, as a target: see `TravelArguments`. */
function placeHere(debuggee: Debuggee, what: TravelArguments['what']): string {
  const { events, moment } = debuggee.timeline;
  const entry = what === 'change' ? entryAt(events[moment.event], debuggee.run.machine.scheme.format) : undefined;
  const place = entry ?? debuggee.walk(undefined).picture?.access.address;
  if (place === undefined) throw unusable('Nothing has been accessed yet: choose an entry in Page Tables.');
  return place;
}

function entryAt(event: MachineEvent | undefined, format: PagingFormat): string | undefined {
  const at = (table: Pfn, index: number, of = format): string =>
    dataIdOf(entryTarget(entryAddressIn(of, table, index), of));
  switch (event?.kind) {
    case 'tableRead':
    case 'hardwareWrite':
    case 'entryWrite':
      return at(event.table, event.index);
    case 'hostRead':
    case 'hostWrite':
    case 'hostEntryWrite':
      return at(event.table, event.index, format.host ?? format);
    case 'clusterWrite': {
      const index = [...changedWords(event)].at(0);
      return index === undefined ? undefined : at(event.table, index);
    }
    default:
      return undefined;
  }
}

interface Journey {
  rules: StopRules;
  /** What is looked for: `change of PTE of heap+0x1000`. */
  title: string;
}

const nobody = { onLog: () => undefined, onProblem: () => undefined };

const journey = (title: string, make: (guard: Guard) => Rule): Journey => ({
  title,
  rules: new RuleSet([make(new Guard({ title }, nobody))]),
});

/** Any write counts: the kernel's, the hardware's that sets A or D, a set statement's, and that the table comes or goes. */
export function changesOf(run: Run, target: DataTarget): Journey & { called: string } {
  checkUse(run, target, 'any');
  const called = targetTitle(run, target);
  const found = journey(`change of ${called}`, (guard) =>
    dataRule(undefined, { target, access: 'write', mode: 'any' }, called, guard),
  );
  return { ...found, called };
}

const changes = (run: Run, text: string): Journey => changesOf(run, changing(run, text));

/** An address changes where the entry that maps it changes. */
function changing(run: Run, text: string): DataTarget {
  const address = isRegister(text) ? undefined : addressNamed(run, text);
  const target = address === undefined ? dataNamed(run, text) : undefined;
  if (target !== undefined && target.kind !== 'virtual') return target;
  return entryTarget(lastEntry(run, address ?? target?.start ?? 0n).address, run.machine.scheme.format);
}

const isRegister = (text: string): boolean => REGISTERS.some((name) => name === text.trim());

function faults(run: Run, text: string): Journey {
  const target = faulting(run, text);
  return journey(`page fault at ${targetTitle(run, target)}`, (guard) => faultRule(target, guard));
}

/** The addresses that are meant: an entry's are those that it maps. */
function faulting(run: Run, text: string): VirtualTarget {
  const address = addressNamed(run, text);
  if (address !== undefined) return pageTarget(run.machine.kernel.current?.pid, address);
  const target = dataNamed(run, text);
  if (target.kind === 'virtual') return target;
  const place = target.kind === 'physical' ? placeOfEntry(run.machine, target.start) : undefined;
  if (place === undefined) throw unusable('This maps no addresses, so nothing can fault there.');
  const bytes = BigInt(place.pages) * BigInt(PAGE_BYTES);
  return { kind: 'virtual', pid: place.process.pid, start: BigInt(place.vpn) * BigInt(PAGE_BYTES), bytes };
}

/** The number that an expression is. Unlike data, an address need be neither mapped nor in any area. */
function addressNamed(run: Run, text: string): bigint | undefined {
  if (parseDataId(text) !== undefined) return undefined;
  const value = evaluateText(run, text);
  const plain = typeof value === 'bigint' || (typeof value === 'object' && value.type === 'object' && !isEntry(value));
  return plain ? numberOf(value) : undefined;
}

const isEntry = ({ memoryReference }: ObjectValue): boolean => memoryReference !== undefined;

const ALL_FAULTS = FAULT_KINDS.reduce((bits, _kind, i) => bits | (1 << i), 0);

function faultRule(target: VirtualTarget, guard: Guard): Rule {
  const first = vpnOfAddress(target.start);
  const last = asVpn(vpnOfAddress(target.start + target.bytes - 1n));
  return {
    guard,
    armed: ALL_FAULTS,
    matches(events, run) {
      if (target.pid !== undefined && target.pid !== run.machine.kernel.current?.pid) return [];
      return events.flatMap((event, i): Match[] => {
        if (event.kind !== 'faultResolved') return [];
        const fault = faultOf(events, i);
        const at = insideHandler(events, i);
        if (fault === undefined || at < 0) return [];
        if (fault.vector !== 'PF' || fault.vpn < first || fault.vpn > last) return [];
        const kind = event.signal ?? event.fault;
        const text = (): string => `page fault: ${kind}, ${event.text}${accessText(events, i, run)}`;
        return [{ event: at, reason: 'exception', text }];
      });
    },
  };
}

/** The fault that the kernel has decided about. */
function faultOf(events: readonly MachineEvent[], resolved: number): FaultEvent | undefined {
  for (let i = resolved; i >= 0; i--) {
    const event = events[i];
    if (event.kind === 'fault') return event;
  }
  return undefined;
}
