/**
 * The scopes of a stop: what the Variables view shows, each made only when it is unfolded.
 *
 * Rows are values of the expression language wherever there is one for them, so that what a scope shows can be watched,
 * hovered and changed under the same name.
 */
import { addressOf, formatAddress, formatPhysical, formatVirtual, physicalOf } from '../machine/core/addresses';
import type { MachineEvent } from '../machine/core/events';
import { protectionText } from '../machine/kernel/vma';
import type { TreeNode } from '../protocol/requests';
import type { Run } from '../scenario/run/run';
import { symbol, type Value } from '../scenario/run/values';
import { dataIdOf, entryTarget } from './data/target';
import type { Focus } from './focus';
import { addressFields } from './inspectedPicture';
import { kernelRows, operationRows } from './kernelScopes';
import { physicalReference, virtualReference } from './memory';
import { walkPicture } from './picture';
import { treeRows } from './trees';
import { fieldNode, fixed, type ValueRows, valueNode, type VariableNode, type VariableSource } from './variables';
import type { Moment } from '../timeline/timeline';

export interface ScopeContext {
  run: Run;
  events: readonly MachineEvent[];
  moment: Moment;
  focus: Focus;
  rows: ValueRows;
}

export interface Scope {
  name: string;
  source: VariableSource;
  /** Costly to show: the client asks only when a person unfolds it. */
  expensive: boolean;
}

const row = (name: string, value: string, extra: Partial<VariableNode> = {}): VariableNode => ({
  name,
  value,
  ...extra,
});

export function scopes(context: ScopeContext): Scope[] {
  const scope = (name: string, list: () => VariableNode[], expensive = true): Scope => ({
    name,
    source: fixed(list),
    expensive,
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
    scope('Page Tables', () => treeVariables(context, 'pageTables')),
    scope('Translation Objects', () => tobjRows(context)),
    scope('TLB & Walk Caches', () => treeVariables(context, 'caches')),
    scope('VMAs', () => vmaRows(context)),
    scope('Kernel', () => kernelRows(machine)),
    scope('Registers', () => registerRows(context)),
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

function accessRows(context: ScopeContext): VariableNode[] {
  const { run, focus } = context;
  const { translate } = focus;
  if (translate === undefined) return [row('access', 'this tick makes no access')];
  const address = addressOf(translate.vpn, translate.offset);
  const process = run.machine.kernel.current;
  const fields = addressFields(run.machine.inspector.format, address).map((f) =>
    row(f.name, f.name === 'offset' ? `0x${f.value.toString(16)}` : `${f.value}`, {
      type: `bits ${f.highBit}:${f.lowBit}`,
      evaluateName: `(${formatAddress(address)} >> ${f.lowBit}) & ${formatAddress((1n << BigInt(f.highBit - f.lowBit + 1)) - 1n)}`,
    }),
  );
  return [
    row('address', run.describeAddress(address) ?? formatAddress(address), {
      evaluateName: formatAddress(address),
      memoryReference: process && virtualReference(process.pid, address),
      menu: 'ptscope-address',
      children: fixed(() => fields),
    }),
    row('kind', translate.access),
    row('mode', translate.user ? 'user' : 'supervisor'),
    row('process', process === undefined ? 'none' : `${process.name} (${process.pid})`),
    ...fields.filter((f) => f.name !== 'sign'),
  ];
}

function walkRows(context: ScopeContext): VariableNode[] {
  const picture = walkPicture(context.run, context.events, context.moment);
  if (picture === undefined) return [row('walk', 'this tick makes no access')];
  const now = context.moment.event;
  const rows: VariableNode[] = picture.lookups
    .filter((l) => l.event <= now)
    .map((l, i) => row(`${i + 1}. ${l.structure}`, l.hit ? `hit: ${l.answer ?? ''}` : 'miss', { type: l.key }));
  picture.walks
    .filter((w) => w.firstEvent <= now)
    .forEach((walk, n) => {
      const read = walk.levels.filter((l) => l.event !== undefined && l.event <= now);
      const children = read.map((l) =>
        row(`${l.name}[${l.index}]`, `${l.entry?.raw} ${l.entry?.flags}: ${l.entry?.meaning}`, {
          type: l.foundIn === undefined ? undefined : `${l.cycles} cycles, from ${l.foundIn}`,
          memoryReference: l.entry && physicalReference(BigInt(l.entry.address)),
          dataId: l.entry && dataIdOf(entryTarget(Number(l.entry.address), context.run.machine.scheme.format)),
          menu: l.entry && 'ptscope-entry',
          children:
            l.entry &&
            fixed(() =>
              (l.entry?.fields ?? []).map((f) =>
                row(
                  f.highBit === f.lowBit ? `${f.name} (${f.lowBit})` : `${f.name} (${f.highBit}:${f.lowBit})`,
                  `${f.value}: ${f.meaning}`,
                ),
              ),
            ),
        }),
      );
      const done = walk.lastEvent <= now ? walk.outcome : 'running';
      rows.push(
        row(
          `walk ${n + 1}`,
          `${walk.purpose} from ${walk.startedFrom}: ${read.length} read, ${done}${walk.cycles === undefined || done === 'running' ? '' : `, ${walk.cycles} cycles`}`,
          {
            children: fixed(() => children),
          },
        ),
      );
    });
  if (picture.result !== undefined && picture.result.event <= now)
    rows.push(
      row('physical address', picture.result.physical, {
        memoryReference: physicalReference(BigInt(picture.result.physical)),
      }),
    );
  return rows.length > 0 ? rows : [row('walk', 'nothing has been looked up yet')];
}

function faultRows(context: ScopeContext): VariableNode[] {
  const picture = walkPicture(context.run, context.events, context.moment);
  const fault = picture?.fault;
  if (fault === undefined || fault.event > context.moment.event) return [row('fault', 'none in this access so far')];
  return [
    row('vector', fault.vector),
    row('error code', `${fault.errorCode}${fault.errorBits.length > 0 ? ` (${fault.errorBits.join(' ')})` : ''}`),
    row('CR2', fault.cr2, { evaluateName: 'cr2' }),
    row('reason', fault.explanation),
    ...(fault.kind === undefined ? [] : [row('what the kernel makes of it', fault.kind)]),
  ];
}

function nameRows(context: ScopeContext): VariableNode[] {
  const bound = Object.entries(context.run.bindings).filter(
    ([, value]) => typeof value !== 'object' || value.type !== 'symbol',
  );
  return bound.map(([name, value]) => {
    const node = valueNode(name, value, name, context.rows);
    const process = context.run.machine.kernel.current;
    if (typeof value === 'object' && value.type === 'region' && process)
      Object.assign(node, { memoryReference: virtualReference(process.pid, value.start), menu: 'ptscope-address' });
    return node;
  });
}

function treeVariables(context: ScopeContext, tree: 'pageTables' | 'caches', parent?: string): VariableNode[] {
  const answer = treeRows(context.run.machine, context.focus, { tree, parent, count: 1024 });
  return unique(answer.nodes).map(({ node, name }) => treeVariable(context, tree, node, name));
}

/** Same-named siblings would be dropped by the client: later ones get a number. */
function unique(nodes: readonly TreeNode[]): { node: TreeNode; name: string }[] {
  const seen = new Map<string, number>();
  return nodes.map((node) => {
    const n = (seen.get(node.label) ?? 0) + 1;
    seen.set(node.label, n);
    return { node, name: n === 1 ? node.label : `${node.label} (${n})` };
  });
}

function treeVariable(
  context: ScopeContext,
  tree: 'pageTables' | 'caches',
  node: TreeNode,
  name: string,
): VariableNode {
  const process = context.run.machine.kernel.current;
  // An entry of the running process has a name in the language, under which its fields can be changed.
  const entry =
    tree === 'pageTables' &&
    process &&
    node.address !== undefined &&
    node.kind !== 'run' &&
    ownedBy(node.id, process.pid)
      ? `${name.replace(/\[.*/, '').toLowerCase()}(${node.address})`
      : undefined;
  const children = (): VariableNode[] => {
    const value =
      entry === undefined
        ? undefined
        : context.run.environment.call(entry.replace(/\(.*/, ''), [BigInt(node.address ?? 0)]);
    const fields =
      entry !== undefined && typeof value === 'object' && value.type === 'object'
        ? value.members.map((m) => fieldNode(value, entry, m, context.rows))
        : [];
    const below = node.hasChildren ? treeVariables(context, tree, node.id) : [];
    return [...below, ...fields.filter((f) => !below.some((b) => b.name === f.name))];
  };
  return row(name, node.description ?? '', {
    type: node.tooltip,
    evaluateName: entry,
    memoryReference: node.memoryReference,
    dataId: node.dataId,
    menu: node.kind === 'table' || node.kind === 'leaf' ? 'ptscope-entry' : undefined,
    children: node.hasChildren || entry !== undefined ? fixed(children) : undefined,
  });
}

const ownedBy = (id: string, pid: number): boolean => id.split(':')[1] === String(pid);

function tobjRows(context: ScopeContext): VariableNode[] {
  const { run, focus } = context;
  if (focus.translate === undefined || run.machine.kernel.current === undefined)
    return [row('tobj', 'this tick makes no access')];
  const address = formatAddress(addressOf(focus.translate.vpn));
  const value = run.environment.call('tobj', [addressOf(focus.translate.vpn)]);
  if (value === undefined || typeof value === 'string') return [];
  return [valueNode(`tobj(${address})`, value, `tobj(${address})`, context.rows)];
}

function vmaRows({ run }: ScopeContext): VariableNode[] {
  const process = run.machine.kernel.current;
  if (process === undefined) return [row('areas', 'no process yet')];
  return process.vmas.map((v) =>
    row(
      formatVirtual(v.start),
      `.. ${formatVirtual(v.end)} ${protectionText(v)} ${v.backing}, ${v.end - v.start} pages`,
      {
        evaluateName: `vma(${formatVirtual(v.start)})`,
        memoryReference: virtualReference(process.pid, addressOf(v.start)),
        menu: 'ptscope-address',
      },
    ),
  );
}

function registerRows(context: ScopeContext): VariableNode[] {
  return ['cr0', 'cr2', 'cr3', 'cr4', 'efer', 'pkru'].map((name) => {
    const value = named(context, name);
    return row(name.toUpperCase(), formatAddress(value as bigint), {
      evaluateName: name,
      assign: (text) => context.rows.assign(name, text),
      memoryReference: name === 'cr3' ? physicalReference(value as bigint) : undefined,
    });
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
