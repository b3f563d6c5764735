/** Commands that look at the kernel: areas, processes, the iterator that runs. */
import { addressOf, formatPhysical, formatVirtual, physicalOf, vpnOfAddress } from '../../machine/core/addresses';
import { residentPages } from '../../machine/kernel/process';
import { protectionText, type Vma } from '../../machine/kernel/vma';
import type { Run } from '../../scenario/run/run';
import { formatValue, numberOf } from '../../scenario/run/values';
import { badExpression } from '../errors';
import type { ConsoleCommand } from './command';
import { addressNamed, evaluateText } from './evaluate';
import { needsProcess } from './look';
import { columns, type Style } from './style';

function areaRow({ machine, ...run }: Pick<Run, 'machine' | 'describeAddress'>, vma: Vma, style: Style): string[] {
  const { start, end, backing, file, huge, stack, pkey } = vma;
  const name = /\((.*)\+0x/.exec(run.describeAddress(addressOf(start)) ?? '')?.[1] ?? '';
  const source = file >= 0 ? machine.kernel.frames.cache.files[file]?.name : '';
  const notes = [
    source ? `"${source}"` : '',
    stack ? 'stack' : '',
    huge === 'wanted' ? 'thp' : huge === 'unwanted' ? 'nothp' : '',
    pkey > 0 ? `key ${pkey}` : '',
  ].filter(Boolean);
  return [
    `${style.number(`${formatVirtual(start)}-${formatVirtual(end)}`)} ${protectionText(vma)} ${backing}`,
    notes.join(' '),
    style.name(name),
  ];
}

function areas(run: Run, argument: string, style: Style): string {
  needsProcess(run);
  const all = run.machine.kernel.current?.vmas ?? [];
  const at = argument === '' ? undefined : vpnOfAddress(addressNamed(run, argument, 'maps [ADDRESS]'));
  const found = at === undefined ? all : all.filter(({ start, end }) => start <= at && at < end);
  if (found.length === 0)
    return at === undefined ? 'no areas' : `no area holds ${argument}: an access there is a SIGSEGV`;
  const describe = { machine: run.machine, describeAddress: (address: bigint) => run.describeAddress(address) };
  return columns(found.map((vma) => areaRow(describe, vma, style))).join('\n');
}

function processes({ machine }: Run, style: Style): string {
  const { kernel } = machine;
  if (kernel.processes.length === 0) return 'no process yet';
  const head = ['PID', 'PPID', 'RSS', 'SWAP', 'ROOT', 'NAME'].map((title) => style.head(title));
  const rows = kernel.processes.map((process) => {
    const { pid, parent, name, swapEntries, tdb, exited } = process;
    const state = exited ? ' (has exited)' : process === kernel.current ? ' (runs)' : '';
    if (exited) return [`${pid}`, `${parent}`, '', '', '', name + state];
    const root = formatPhysical(physicalOf(tdb.root));
    return [`${pid}`, `${parent}`, `${residentPages(process)}`, `${swapEntries}`, style.number(root), name + state];
  });
  return columns([head, ...rows]).join('\n');
}

function iterator(run: Run, style: Style): string {
  const value = evaluateText(run, 'iter');
  if (typeof value !== 'object' || value.type !== 'object')
    throw badExpression('No iterator runs here: they do while an `iterate` statement goes on. Step into one.');
  return columns(
    value.members.map(({ name, get }) => [style.name(name), style.number(formatValue(get(), 'hex'))]),
  ).join('\n');
}

export const KERNEL_COMMANDS: readonly ConsoleCommand[] = [
  {
    name: 'maps',
    usage: 'maps [ADDRESS]',
    summary: 'the areas of the process, as /proc/PID/maps; or the one that holds an address',
    takes: 'address',
    run: ({ run, style }, argument) => areas(run, argument, style),
  },
  {
    name: 'ps',
    usage: 'ps',
    summary: 'the processes',
    takes: 'none',
    run: ({ run, style }) => processes(run, style),
  },
  {
    name: 'iter',
    usage: 'iter',
    summary: 'where the running iterator over translation objects stands',
    takes: 'none',
    run: ({ run, style }) => iterator(run, style),
  },
  {
    name: 'rehash',
    usage: 'rehash [N]',
    summary: 'N batches of the thread that resizes cuckoo tables, at this moment',
    takes: 'expression',
    change: (_run, argument) => ({ target: 'ecpt.batches', value: `ecpt.batches + (${argument || '1'})` }),
    run({ run }) {
      const left = numberOf(evaluateText(run, 'ecpt.resizes')) ?? 0n;
      return left === 0n ? 'nothing is resized any more' : `${left} ${left === 1n ? 'resize' : 'resizes'} left`;
    },
  },
];
