/**
 * The scopes of a stop: what the Variables view shows, each made only when it is unfolded.
 *
 * Rows are values of the expression language wherever there is one for them, so that what a scope shows can be watched,
 * hovered and changed under the same name.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { addressOf, formatAddress, formatPhysical, formatVirtual, physicalOf } from '../machine/core/addresses';
import type { MachineEvent } from '../machine/core/events';
import { protectionText } from '../machine/kernel/vma';
import type { Run } from '../scenario/run/run';
import { symbol, type Value } from '../scenario/run/values';
import { accessRows, faultRows, walkRows } from './accessScopes';
import type { Focus } from './focus';
import { kernelRows, operationRows } from './kernelScopes';
import type { Location } from './locations';
import { physicalReference, virtualReference } from './memory';
import { registerRows } from './registerScope';
import { treeSource } from './treeVariables';
import { fixed, row, type ValueRows, valueNode, type VariableNode, type VariableSource } from './variables';
import type { Moment } from '../timeline/timeline';

export interface ScopeContext {
  run: Run;
  events: readonly MachineEvent[];
  moment: Moment;
  focus: Focus;
  rows: ValueRows;
  /** Where the scenario binds a name. */
  declared(name: string): Location | undefined;
}

export interface Scope {
  name: string;
  source: VariableSource;
  /** Costly to show: the client asks only when a person unfolds it. */
  expensive: boolean;
  hint?: DebugProtocol.Scope['presentationHint'];
}

export function scopes(context: ScopeContext): Scope[] {
  const scope = (name: string, list: () => VariableNode[], expensive = true): Scope => ({
    name,
    source: fixed(list),
    expensive,
  });
  const tree = (name: string, id: 'pageTables' | 'caches'): Scope => ({
    name,
    source: treeSource(context, id),
    expensive: true,
  });
  const { machine } = context.run;
  // Only while one is going on: an empty scope would be noise in every other stop.
  const operation = machine.kernel.operation === null ? [] : [scope('Operation', () => operationOf(context), false)];
  return [
    ...operation,
    scope('Access', () => accessRows(context), false),
    scope('Walk', () => walkRows(context), false),
    scope('Fault', () => faultRows(context), false),
    scope('Names', () => nameRows(context)),
    tree('Page Tables', 'pageTables'),
    scope('Translation Objects', () => tobjRows(context)),
    tree('TLB & Walk Caches', 'caches'),
    scope('VMAs', () => vmaRows(context)),
    scope('Kernel', () => kernelRows(machine)),
    { ...scope('Registers', () => registerRows(context)), hint: 'registers' },
    scope('Memory', () => memoryRows(context)),
    scope('Statistics', () => valueRows(context, 'stats')),
  ];
}

/** The operation's record; its iterator is a value of the language. */
function operationOf(context: ScopeContext): VariableNode[] {
  return operationRows(context.run.machine).map((node) =>
    node.evaluateName === undefined
      ? node
      : valueNode(node.name, named(context, node.evaluateName), node.evaluateName, context.rows),
  );
}

/** Value of a name of the language, or `none`. */
const named = ({ run }: ScopeContext, name: string): Value => run.environment.name(name) ?? symbol('none');

function valueRows(context: ScopeContext, name: string): VariableNode[] {
  const node = valueNode(name, named(context, name), name, context.rows);
  return node.children?.list(0, Number.MAX_SAFE_INTEGER) ?? [];
}

function nameRows(context: ScopeContext): VariableNode[] {
  const bound = Object.entries(context.run.bindings).filter(
    ([, value]) => typeof value !== 'object' || value.type !== 'symbol',
  );
  return bound.map(([name, value]) => {
    const node = valueNode(name, value, name, context.rows);
    node.declared = context.declared(name);
    const process = context.run.machine.kernel.current;
    if (typeof value === 'object' && value.type === 'region' && process)
      Object.assign(node, { memoryReference: virtualReference(process.pid, value.start), menu: 'ptscope-address' });
    return node;
  });
}

/** The object of the page that the cursor is about, and the iterator of the operation that goes on. */
function tobjRows(context: ScopeContext): VariableNode[] {
  const { run, focus } = context;
  const iterator = named(context, 'iter');
  const running =
    typeof iterator === 'object' && iterator.type === 'object'
      ? [valueNode('iterator', iterator, 'iter', context.rows)]
      : [];
  if (focus.translate === undefined || run.machine.kernel.current === undefined)
    return running.length > 0 ? running : [row('tobj', 'this tick makes no access')];
  const address = formatAddress(addressOf(focus.translate.vpn));
  const value = run.environment.call('tobj', [addressOf(focus.translate.vpn)]);
  if (value === undefined || typeof value === 'string') return running;
  return [valueNode(`tobj(${address})`, value, `tobj(${address})`, context.rows), ...running];
}

function vmaRows(context: ScopeContext): VariableNode[] {
  const { run, rows } = context;
  const process = run.machine.kernel.current;
  if (process === undefined) return [row('areas', 'no process yet')];
  return process.vmas.map((v) => {
    const expression = `vma(${formatVirtual(v.start)})`;
    const value = run.environment.call('vma', [addressOf(v.start)]);
    const fields =
      typeof value === 'object' && value.type === 'object'
        ? valueNode('', value, expression, rows).children
        : undefined;
    return row(
      formatVirtual(v.start),
      `.. ${formatVirtual(v.end)} ${protectionText(v)} ${v.backing}, ${v.end - v.start} pages`,
      {
        evaluateName: expression,
        memoryReference: virtualReference(process.pid, addressOf(v.start)),
        menu: 'ptscope-address',
        kind: 'data',
        children: fields,
      },
    );
  });
}

function memoryRows({ run }: ScopeContext): VariableNode[] {
  const { buddy, memory, root, kernel } = run.machine;
  const orders = buddy
    .orders()
    .map((o) => row(`order ${o.order}`, `${o.freeBlocks} free blocks of ${4 << o.order} KiB`));
  return [
    row('size', `${memory.sizeBytes / 2 ** 20} MiB, ${memory.frameCount} frames`, {
      memoryReference: physicalReference(0),
    }),
    row('free', `${buddy.freeFrames} frames`),
    row('root table', kernel.current ? formatPhysical(physicalOf(root)) : 'none', {
      memoryReference: physicalReference(physicalOf(root)),
    }),
    row('buddy', 'free blocks by order', { children: fixed(() => orders) }),
  ];
}
