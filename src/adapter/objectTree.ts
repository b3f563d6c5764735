/**
 * The rows of *Translation Objects*: the EMT calls that are open at the cursor with their arguments and results, the
 * iterators that run and where they stand, the range operation that is going on, and the object of the current page.
 *
 * Calls and iterators are read off the tick's events; what a step before has left is the kernel's record. Ids name a place
 * (`tobj:call:12` the call that event 12 begins), so that what is unfolded stays unfolded while one steps.
 */
import { addressOf, formatAddress, formatPhysical, formatVirtual, type Vpn } from '../machine/core/addresses';
import type { CallEvent, EnterEvent, IteratorPlace, MachineEvent } from '../machine/core/events';
import type { Machine } from '../machine/machine';
import { isTranslatable, pagesPerEntry } from '../machine/paging/format';
import type { TreeNode } from '../protocol/requests';
import type { Run } from '../scenario/run/run';
import type { NumberFormat, ObjectValue } from '../scenario/run/values';
import type { Focus } from './focus';
import { dataIdOf, entryTarget } from './data/target';
import { operationRows } from './kernelScopes';
import { physicalReference } from './memory';
import { callName, openCalls } from './stack';
import { memberText } from './variables';

export interface ObjectTree {
  run: Run;
  events: readonly MachineEvent[];
  /** Event of the cursor. */
  at: number;
  focus: Focus;
  format: NumberFormat;
}

export function objectNodes(tree: ObjectTree, parent: string | undefined): TreeNode[] {
  if (parent === undefined) return roots(tree);
  const [, kind, number] = parent.split(':');
  if (kind === 'call') return callChildren(tree, Number(number));
  if (kind === 'iter') return iteratorChildren(tree, iteratorsOf(tree)[Number(number)]);
  if (kind === 'operation') return operationChildren(tree);
  return kind === 'object' ? objectChildren(tree) : [];
}

function roots(tree: ObjectTree): TreeNode[] {
  const rows = [
    ...callRows(tree),
    ...iteratorsOf(tree).map((each, i) => iteratorNode(tree, each, i)),
    ...operationNode(tree),
    ...objectNode(tree),
  ];
  return rows.length > 0
    ? rows
    : [message('none', 'No EMT call is open, and no iterator runs', 'step into a fault or a system call')];
}

const message = (id: string, label: string, description: string): TreeNode => ({
  id: `tobj:${id}`,
  label,
  description,
  hasChildren: false,
  icon: 'info',
  kind: 'message',
});

const field = (id: string, label: string, description: string, extra: Partial<TreeNode> = {}): TreeNode => ({
  id,
  label,
  description,
  hasChildren: false,
  icon: 'symbol-field',
  kind: 'field',
  ...extra,
});

// ---- calls ------------------------------------------------------------------------------------------------------------

/** The open calls of the EMT API, outermost first, and the one that the cursor is on. */
function callRows({ events, at }: ObjectTree): TreeNode[] {
  if (at <= 0 || at >= events.length) return [];
  const open = openCalls(events, at).filter((i) => isEmtCall(events[i]));
  const current = events[at];
  const numbers = current.kind === 'call' && isEmtCall(current) ? [...open, at] : open;
  return numbers.map((n) => callNode(events, n, at));
}

const isEmtCall = (event: MachineEvent): event is EnterEvent | CallEvent =>
  (event.kind === 'enter' || event.kind === 'call') && event.implementation !== 'kernel';

function callNode(events: readonly MachineEvent[], number: number, at: number): TreeNode {
  const event = events[number] as EnterEvent | CallEvent;
  const result = resultOf(events, number, at);
  const said = result === undefined ? '' : ` → ${result === '' ? 'done' : result}`;
  const whose = event.implementation === 'default' ? 'the architecture-neutral default' : `the ${event.driver} driver`;
  return {
    id: `tobj:call:${number}`,
    label: callName(event),
    description: `(${event.arguments})${said}`,
    tooltip: `${event.name}(${event.arguments})\n${whose}, event ${number}${result === undefined ? '\nstill running' : `\nresult: ${result === '' ? 'none' : result}`}`,
    hasChildren: event.kind === 'enter' && callChildrenOf(events, number, at).length > 0,
    icon: event.implementation === 'default' ? 'symbol-interface' : 'symbol-method',
    kind: 'call',
    current: number === at || result === undefined,
  };
}

/** Undefined while it runs. */
function resultOf(events: readonly MachineEvent[], number: number, at: number): string | undefined {
  const event = events[number];
  if (event.kind === 'call') return event.result;
  for (let i = number + 1; i <= at; i++) {
    const later = events[i];
    if (later.kind === 'leave' && later.depth === event.depth) return later.result;
  }
  return undefined;
}

/** Calls that a call has made so far. */
function callChildrenOf(events: readonly MachineEvent[], number: number, at: number): number[] {
  const { depth } = events[number];
  const found: number[] = [];
  for (let i = number + 1; i <= at && events[i].depth > depth; i++)
    if (events[i].depth === depth + 1 && isEmtCall(events[i])) found.push(i);
  return found;
}

const callChildren = ({ events, at }: ObjectTree, number: number): TreeNode[] =>
  number < events.length && number <= at && isEmtCall(events[number])
    ? callChildrenOf(events, number, at).map((n) => callNode(events, n, at))
    : [];

// ---- iterators --------------------------------------------------------------------------------------------------------

interface RunningIterator {
  place: IteratorPlace;
  /** `radix driver`, `default` */
  whose: string;
  /** Of what it has handed out, how much is mapped; where the kernel counts that. */
  mapped?: number;
}

/** Those that have begun and not ended, outermost first. A tick begins with the one that the last step has left. */
function iteratorsOf({ run, events, at }: ObjectTree): RunningIterator[] {
  const { operation } = run.machine.kernel;
  const running: RunningIterator[] = [];
  if (operation?.kind === 'iterate') {
    const whose = operation.using ?? run.machine.emt.implementationOf('tobj_iter_next');
    running.push({ place: operation.iterator, whose: whoseOf(run.machine, whose), mapped: operation.mapped });
  }
  for (let i = 0; i <= at && i < events.length; i++) {
    const event = events[i];
    if (event.kind === 'call' && event.name === 'tobj_iter_init') {
      const place = begun(event.arguments);
      const known =
        place !== undefined && running.some((r) => r.place.start === place.start && r.place.end === place.end);
      if (place !== undefined && !known) running.push({ place, whose: whoseOf(run.machine, event.implementation) });
    } else if (event.kind === 'call' && event.name === 'tobj_iter_end') running.pop();
    else if (event.kind === 'leave' && event.iterator !== undefined) {
      const { start, end } = event.iterator;
      const same = running.findLast((r) => r.place.start === start && r.place.end === end);
      if (same !== undefined) same.place = event.iterator;
    }
  }
  return running;
}

const whoseOf = ({ scheme }: Machine, which: string): string =>
  which === 'driver' ? `${scheme.format.scheme} driver` : 'default';

/** From the arguments of `tobj_iter_init`: `0x1000, 0x3000`. */
function begun(text: string): IteratorPlace | undefined {
  const [start, end] = text.split(', ').map((part) => Number(BigInt(part.replace(/_/g, '')) >> 12n) as Vpn);
  if (start === undefined || end === undefined) return undefined;
  return { start, end, vpn: start, objects: 0, lookups: 0, steps: 0, table: -1, level: 0, base: 0 };
}

function iteratorNode({ run }: ObjectTree, { place, whose }: RunningIterator, number: number): TreeNode {
  const { start, end, vpn, objects, lookups, steps } = place;
  const share = end > start ? Math.floor((100 * (vpn - start)) / (end - start)) : 100;
  const of = run.describeAddress(addressOf(start)) ?? formatVirtual(start);
  return {
    id: `tobj:iter:${number}`,
    label: `iterator of ${of}`,
    description: `at ${formatVirtual(vpn)} · ${share} % · ${objects} objects · ${lookups} look-ups${steps > 0 ? `, ${steps} pointer steps` : ''}`,
    tooltip: `${formatVirtual(start)} .. ${formatVirtual(end)}, ${whose}\n${objects} objects handed out, ${lookups} times by going down from the root`,
    hasChildren: true,
    icon: 'references',
    kind: 'iterator',
    address: `0x${addressOf(vpn).toString(16)}`,
    current: true,
  };
}

function iteratorChildren({ run }: ObjectTree, running: RunningIterator | undefined): TreeNode[] {
  if (running === undefined) return [];
  const { place, whose, mapped } = running;
  const id = (name: string): string => `tobj:field:${place.start}:${name}`;
  const rows = [
    field(id('whose'), 'implementation', whose),
    field(id('range'), 'range', `${formatVirtual(place.start)} .. ${formatVirtual(place.end)}`),
    field(id('next'), 'next', formatVirtual(place.vpn), { address: `0x${addressOf(place.vpn).toString(16)}` }),
    field(id('objects'), 'objects handed out', `${place.objects}`),
    ...(mapped === undefined ? [] : [field(id('mapped'), 'of these mapped', `${mapped}`)]),
    field(id('lookups'), 'look-ups from the root', `${place.lookups}`),
    ...(place.steps > 0 ? [field(id('steps'), 'steps of the pointer', `${place.steps}`)] : []),
    ...barrierRow(run.machine, place, id('barrier')),
  ];
  return [...rows, ...pathRows(run.machine, place)];
}

/** The end of the table that the scan is in: behind it the tree is gone down again. */
function barrierRow({ inspector }: Machine, { table, level, base, vpn }: IteratorPlace, id: string): TreeNode[] {
  const format = inspector.format.levels[level];
  if (table < 0 || format === undefined) return [field(id, 'barrier', 'none: every object is looked up from the root')];
  const end = base + 2 ** format.bits * pagesPerEntry(format);
  const left = Math.max(0, Math.ceil((end - vpn) / pagesPerEntry(format)));
  const at = formatPhysical(table * 4096);
  const text = `end of the ${format.name} table at ${at}: ${formatVirtual(end as Vpn)}, ${left} entries on`;
  return [field(id, 'barrier', text, { memoryReference: physicalReference(table * 4096) })];
}

/** What a walk to the place reads. */
function pathRows({ inspector, root }: Machine, { vpn, end }: IteratorPlace): TreeNode[] {
  if (vpn >= end || !isTranslatable(vpn, inspector.format)) return [];
  return inspector.walk(root, vpn, 'memory').steps.map((entry, i) => ({
    id: `tobj:path:${i}`,
    label: `${entry.levelName}[${entry.index}]`,
    description: entry.meaning,
    tooltip: `on the path to ${formatVirtual(vpn)}, at physical ${formatPhysical(entry.address)}`,
    hasChildren: false,
    icon: 'table',
    kind: 'entry',
    address: `0x${addressOf(vpn).toString(16)}`,
    memoryReference: physicalReference(entry.address),
    dataId: dataIdOf(entryTarget(entry.address, inspector.format)),
  }));
}

// ---- the range operation, and the object of the page ---------------------------------------------------------------------

function operationNode({ run }: ObjectTree): TreeNode[] {
  const { operation } = run.machine.kernel;
  if (operation === null || operation.kind === 'iterate') return [];
  const at = 'at' in operation ? `at ${formatVirtual(operation.at)}` : '';
  return [
    {
      id: 'tobj:operation',
      label: 'action' in operation ? `${operation.kind}: ${operation.action}` : operation.kind,
      description: at,
      tooltip: 'The range operation that the kernel is in the middle of: each of its steps is a tick',
      hasChildren: true,
      icon: 'sync',
      kind: 'iterator',
      ...('at' in operation ? { address: `0x${addressOf(operation.at).toString(16)}` } : {}),
      current: true,
    },
  ];
}

const operationChildren = ({ run }: ObjectTree): TreeNode[] =>
  operationRows(run.machine).map(({ name, value }) => field(`tobj:operation-field:${name}`, name, value));

function objectNode(tree: ObjectTree): TreeNode[] {
  const { vpn } = tree.focus;
  const value = objectValue(tree);
  if (vpn === undefined || value === undefined) return [];
  return [
    {
      id: 'tobj:object',
      label: `object at ${formatVirtual(vpn)}`,
      description: value.text,
      tooltip: `The translation object of the current page: tobj(${formatAddress(addressOf(vpn))})`,
      hasChildren: value.members.length > 0,
      icon: 'symbol-object',
      kind: 'object',
      address: `0x${addressOf(vpn).toString(16)}`,
    },
  ];
}

function objectValue({ run, focus: { vpn } }: ObjectTree): ObjectValue | undefined {
  if (vpn === undefined || run.machine.kernel.current === undefined) return undefined;
  const value = run.environment.call('tobj', [addressOf(vpn)]);
  return typeof value === 'object' && value.type === 'object' ? value : undefined;
}

function objectChildren(tree: ObjectTree): TreeNode[] {
  return (objectValue(tree)?.members ?? []).map((member) =>
    field(`tobj:attribute:${member.name}`, member.name, memberText(member.get(), tree.format, member)),
  );
}
