/** An address cut into its fields by a scheme’s format, for people: which entry of which table it uses. */
import type { PagingFormat } from '../../machine/paging/format';
import { formatHex } from './numbers';

export interface AddressField {
  /** Level name, or `offset`. */
  name: string;
  value: number;
  highBit: number;
  lowBit: number;
}

/** The fields, root first; undefined if the address is not canonical. */
export function splitAddress(address: bigint, format: PagingFormat): AddressField[] | undefined {
  const sign = BigInt.asUintN(64, address) >> BigInt(format.addressBits - 1);
  const ones = (1n << BigInt(65 - format.addressBits)) - 1n;
  if (sign !== 0n && sign !== ones) return undefined;
  const levels = format.levels.map(({ name, shift, bits }) => cut(address, name, shift, bits));
  const last = format.levels[format.levels.length - 1];
  return [...levels, cut(address, 'offset', 0, last.shift)];
}

const cut = (address: bigint, name: string, shift: number, bits: number): AddressField => ({
  name,
  value: Number((address >> BigInt(shift)) & ((1n << BigInt(bits)) - 1n)),
  highBit: shift + bits - 1,
  lowBit: shift,
});

/** As a Markdown table. */
export function describeSplit(address: bigint, format: PagingFormat): string {
  const fields = splitAddress(address, format);
  if (!fields) return `${formatHex(address)} is not canonical for \`${format.scheme}\`.`;
  const cells = (pick: (field: AddressField) => string): string => `| ${fields.map(pick).join(' | ')} |`;
  return [
    cells(({ name }) => name),
    cells(() => '---'),
    cells(({ value, name }) => (name === 'offset' ? `0x${value.toString(16)}` : `${value}`)),
    cells(({ highBit, lowBit }) => `${highBit}:${lowBit}`),
  ].join('\n');
}
