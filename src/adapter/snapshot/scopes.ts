/** What the Variables view shows of a snapshot. */
import { formatAddress } from '../../machine/core/addresses';
import type { SnapshotSubject } from '../../scenario/run/snapshotSubject';
import type { Focus } from '../focus';
import { physicalReference, virtualReference } from '../memory';
import type { Scope } from '../scopes';
import { tableNodes } from '../tableTree';
import { fixed, type ValueRows, valueNode, type VariableNode } from '../variables';
import { faultText, focusAddress } from './describe';

/** A table has at most so many rows that are not joined. */
const MOST_ROWS = 1024;

export function snapshotScopes(subject: SnapshotSubject, focus: Focus, rows: ValueRows): Scope[] {
  const scope = (name: string, list: () => VariableNode[], expensive = true): Scope => ({
    name,
    source: fixed(list),
    expensive,
  });
  return [
    scope('Snapshot', () => aboutRows(subject, rows), false),
    scope('Registers', () => registerRows(subject)),
    scope('Page Tables', () => tableRows(subject, focus)),
    scope('Areas', () => areaRows(subject)),
    scope('Kernel Symbols', () => symbolRows(subject)),
  ];
}

function aboutRows(subject: SnapshotSubject, rows: ValueRows): VariableNode[] {
  const { machine } = subject;
  const about = `walk(${formatAddress(focusAddress(machine))})`;
  const walk = subject.call('walk', [focusAddress(machine)]);
  const fault = faultText(machine);
  return [
    { name: 'what', value: machine.description.text },
    { name: 'tables', value: machine.format.title },
    { name: 'root', value: `${machine.space.name} (${machine.space.note})` },
    ...(fault === undefined ? [] : [{ name: 'fault', value: fault }]),
    ...(walk === undefined || typeof walk === 'string' ? [] : [valueNode(about, walk, about, rows)]),
  ];
}

function registerRows({ machine }: SnapshotSubject): VariableNode[] {
  return Object.entries(machine.description.registers).map(([name, value]) => ({
    name: name.toUpperCase(),
    value: formatAddress(value),
    evaluateName: name,
    memoryReference: name === 'cr3' ? physicalReference(machine.root * 4096) : undefined,
  }));
}

function tableRows(subject: SnapshotSubject, focus: Focus, parent?: string): VariableNode[] {
  const nodes = tableNodes({ machine: subject.machine, focus, breakable: false }, parent).slice(0, MOST_ROWS);
  const seen = new Map<string, number>();
  return nodes.map((node) => {
    // Same-named siblings would be dropped by the client: later ones get a number.
    const n = (seen.get(node.label) ?? 0) + 1;
    seen.set(node.label, n);
    return {
      name: n === 1 ? node.label : `${node.label} (${n})`,
      value: node.description ?? '',
      type: node.tooltip,
      memoryReference: node.memoryReference,
      children: node.hasChildren ? fixed(() => tableRows(subject, focus, node.id)) : undefined,
    };
  });
}

function areaRows({ machine }: SnapshotSubject): VariableNode[] {
  const { maps } = machine.description;
  if (maps.length === 0) return [{ name: 'areas', value: 'the snapshot has no list of areas' }];
  return maps.map(({ start, end, permissions, name }) => ({
    name: formatAddress(start),
    value: `.. ${formatAddress(end)} ${permissions} ${name}`.trimEnd(),
    evaluateName: `vma(${formatAddress(start)})`,
    memoryReference: virtualReference(machine.space.id, start),
    menu: 'ptscope-address' as const,
  }));
}

const symbolRows = ({ machine }: SnapshotSubject): VariableNode[] =>
  Object.entries(machine.description.symbols).map(([name, value]) => ({
    name,
    value: formatAddress(value),
    evaluateName: name,
    memoryReference: virtualReference(machine.space.id, value),
  }));
