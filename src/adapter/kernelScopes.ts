/** Scopes of the kernel: the range operation that is going on, processes, memory by node, page cache and swap. */
import { formatPhysical, formatVirtual, physicalOf } from '../machine/core/addresses';
import type { Operation } from '../machine/kernel/operations/operation';
import { type Process, residentPages } from '../machine/kernel/process';
import { protectionText } from '../machine/kernel/vma';
import type { Machine } from '../machine/machine';
import { physicalReference } from './memory';
import { fixed, type VariableNode } from './variables';

const row = (name: string, value: string, extra: Partial<VariableNode> = {}): VariableNode => ({
  name,
  value,
  ...extra,
});

/** Where the operation stands; nothing if none is going on. */
export function operationRows(machine: Machine): VariableNode[] {
  const { operation } = machine.kernel;
  return operation === null ? [] : [row('operation', operation.kind), ...detailsOf(machine, operation)];
}

function detailsOf(machine: Machine, operation: Operation): VariableNode[] {
  const rows: VariableNode[] = [];
  if ('pid' in operation && machine.kernel.process(operation.pid) !== undefined)
    rows.push(row('process', machine.kernel.process(operation.pid).name));
  if ('action' in operation) rows.push(row('action', operation.action));
  if ('phase' in operation) rows.push(row('phase', operation.phase));
  if ('at' in operation) rows.push(row('at', formatVirtual(operation.at)));
  if ('end' in operation) rows.push(row('end', formatVirtual(operation.end)));
  if ('pieces' in operation)
    rows.push(
      row('areas still to do', `${operation.pieces.length}`, {
        children: fixed(() =>
          operation.pieces.map((v) =>
            row(formatVirtual(v.start), `.. ${formatVirtual(v.end)} ${protectionText(v)} ${v.backing}`),
          ),
        ),
      }),
    );
  if ('batch' in operation) {
    const { gather, frees } = operation.batch;
    const range = gather.start < gather.end ? `${formatVirtual(gather.start)} .. ${formatVirtual(gather.end)}` : 'none';
    rows.push(row('to be flushed', range));
    rows.push(row('held back until then', `${frees.length} pages, ${gather.tables.length} tables`));
  }
  if (operation.kind === 'iterate') rows.push(row('iterator', '', { evaluateName: 'iter' }));
  if (operation.kind === 'reclaim') rows.push(row('freed', `${operation.freed} of ${operation.target} pages`));
  return rows;
}

export function kernelRows(machine: Machine): VariableNode[] {
  const { kernel, buddy } = machine;
  const { swap, cache } = kernel.frames;
  const rows = [
    row('processes', `${kernel.processes.filter((p) => !p.exited).length}`, {
      children: fixed(() => kernel.processes.map((p) => processRow(machine, p))),
    }),
    row('CPUs', `${machine.cpus.length}, running on ${machine.cpu}`),
    row('memory nodes', `${buddy.zones.length}`, {
      children: fixed(() =>
        buddy.zones.map((zone, node) =>
          row(`node ${node}`, `${zone.freeFrames} of ${zone.end - zone.start} frames free`),
        ),
      ),
    }),
    row('page cache', `${cache.files.reduce((sum, f) => sum + f.cached, 0)} pages`, {
      children: fixed(() =>
        cache.files.map((f) =>
          row(
            f.name === '' ? `shared memory ${f.id}` : f.name,
            `${f.kind}, ${f.cached} pages cached${lengthOf(f.pages)}`,
          ),
        ),
      ),
    }),
  ];
  if (swap.size > 0) rows.push(row('swap', `${swap.used} of ${swap.size} slots used`));
  return rows;
}

const lengthOf = (pages: number): string => (Number.isFinite(pages) ? ` of ${pages}` : '');

function processRow(machine: Machine, process: Process): VariableNode {
  const { pid, name, rssAnon, rssFile, swapEntries, vmas, tdb, exited, parent } = process;
  if (exited) return row(name, `${pid}, has exited`);
  const running = process === machine.kernel.current ? ', running' : '';
  return row(name, `${pid}${running}, ${residentPages(process)} pages resident`, {
    children: fixed(() => [
      row('anonymous', `${rssAnon} pages`),
      row('of files', `${rssFile} pages`),
      row('swapped out', `${swapEntries} pages`),
      row('areas', `${vmas.length}`),
      row('parent', parent === 0 ? 'none' : machine.kernel.process(parent).name),
      row('root table', formatPhysical(physicalOf(tdb.root)), {
        memoryReference: physicalReference(physicalOf(tdb.root)),
      }),
    ]),
  });
}
