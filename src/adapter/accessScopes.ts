/** Scopes of the access that the cursor is in: its address in fields, its walk so far, its fault. */
import { addressOf, formatAddress } from '../machine/core/addresses';
import type { PagingFormat } from '../machine/paging/format';
import type { EntryPicture } from '../protocol/walk';
import { dataIdOf, entryTarget } from './data/target';
import { addressFields } from './inspectedPicture';
import { physicalReference, virtualReference } from './memory';
import { walkPicture } from './picture';
import type { ScopeContext } from './scopes';
import { fixed, row, type VariableNode } from './variables';

export function accessRows(context: ScopeContext): VariableNode[] {
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

export function walkRows(context: ScopeContext): VariableNode[] {
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
        row(`${l.name}[${l.index}]`, readText(l.entry), {
          type: l.register ?? (l.foundIn === undefined ? undefined : `${l.cycles} cycles, from ${l.foundIn}`),
          ...(l.register === undefined && l.entry && placeOf(l.entry, context.run.machine.scheme.format)),
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
      const fromMemory = read.filter((l) => l.register === undefined).length;
      const done = walk.lastEvent <= now ? walk.outcome : 'running';
      const cost = walk.cycles === undefined || done === 'running' ? '' : `, ${walk.cycles} cycles`;
      rows.push(
        row(`walk ${n + 1}`, `${walk.purpose} from ${walk.startedFrom}: ${fromMemory} read, ${done}${cost}`, {
          children: fixed(() => children),
        }),
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

/** What can be done with an entry that lies in memory. */
const placeOf = ({ address }: EntryPicture, format: PagingFormat): Partial<VariableNode> => ({
  memoryReference: physicalReference(BigInt(address)),
  dataId: dataIdOf(entryTarget(Number(address), format)),
  menu: 'ptscope-entry',
});

export function faultRows(context: ScopeContext): VariableNode[] {
  const picture = walkPicture(context.run, context.events, context.moment);
  const fault = picture?.fault;
  if (fault === undefined || fault.event > context.moment.event) return [row('fault', 'none in this access so far')];
  return [
    row('vector', fault.vector),
    row('error code', `${fault.errorCode}${fault.errorBits.length > 0 ? ` (${fault.errorBits.join(' ')})` : ''}`),
    row('CR2', fault.cr2 === '' ? 'not loaded' : formatAddress(BigInt(fault.cr2)), { evaluateName: 'cr2' }),
    row('reason', fault.explanation),
    ...(fault.kind === undefined ? [] : [row('what the kernel makes of it', fault.kind)]),
  ];
}

/** A way of a hashed table that has another page than the one that is looked for has no entry to show. */
function readText(entry: EntryPicture | undefined): string {
  if (entry === undefined) return 'no match';
  const { raw, flags, meaning } = entry;
  return `${raw}${flags === '' ? '' : ` ${flags}`}: ${meaning}`;
}
