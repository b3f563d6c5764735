/** An address cut into its fields by a scheme’s format, for people: which entry of which table it uses. */
import { mainPath, type PagingFormat } from '../../machine/paging/format';
import { formatHex } from './numbers';

export interface AddressField {
  /** Level name, or `offset`. */
  name: string;
  value: number;
  highBit: number;
  lowBit: number;
}

/**
 * The fields, root first; undefined if the scheme does not translate the address. `leafLevel`: the level whose entry
 * maps the page, if not the last (as a place on the way down): what the levels below would index with is offset then.
 */
export function splitAddress(
  address: bigint,
  format: PagingFormat,
  leafLevel = mainPath(format).length - 1,
): AddressField[] | undefined {
  if (!isTranslated(address, format)) return undefined;
  if (format.hashed !== undefined) {
    const { shift } = format.levels[leafLevel];
    const { clusterBits } = format.hashed;
    const tag = cut(address, 'tag', shift + clusterBits, format.addressBits - shift - clusterBits);
    const entry = clusterBits > 0 ? [cut(address, 'entry', shift, clusterBits)] : [];
    return [tag, ...entry, cut(address, 'offset', 0, shift)];
  }
  const used = mainPath(format)
    .slice(0, leafLevel + 1)
    .map((level) => format.levels[level]);
  const levels = used.map(({ name, shift, bits }) => cut(address, name, shift, bits));
  return [...levels, cut(address, 'offset', 0, used[leafLevel].shift)];
}

export function isTranslated(address: bigint, { addressBits, signExtended }: PagingFormat): boolean {
  const unsigned = BigInt.asUintN(64, address);
  if (!signExtended) return unsigned >> BigInt(addressBits) === 0n;
  const sign = unsigned >> BigInt(addressBits - 1);
  return sign === 0n || sign === (1n << BigInt(65 - addressBits)) - 1n;
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
  if (!fields)
    return format.signExtended
      ? `${formatHex(address)} is not canonical for \`${format.scheme}\`.`
      : `${formatHex(address)} has more than the ${format.addressBits} bits of \`${format.scheme}\`.`;
  const cells = (pick: (field: AddressField) => string): string => `| ${fields.map(pick).join(' | ')} |`;
  return [
    cells(({ name }) => name),
    cells(() => '---'),
    cells(({ value, name }) => (name === 'offset' ? `0x${value.toString(16)}` : `${value}`)),
    cells(({ highBit, lowBit }) => `${highBit}:${lowBit}`),
  ].join('\n');
}
