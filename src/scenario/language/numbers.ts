/**
 * Numbers as scenario files write them, and back. Values are unsigned 64-bit integers as bigint. Machine settings,
 * expression literals and command-line overrides all read their numbers here.
 */
export const MAX_VALUE = 0xffff_ffff_ffff_ffffn;
export const PAGE_BYTES = 4096n;

const UNIT_SHIFTS: Readonly<Record<string, bigint>> = { K: 10n, M: 20n, G: 30n, T: 40n };

export interface NumberProblem {
  problem: 'malformed' | 'tooLarge';
  message: string;
  /** What was probably meant. */
  suggestion?: string;
}

const HEX = /^0[xX]([0-9a-fA-F]+(?:_+[0-9a-fA-F]+)*)$/;
const BINARY = /^0[bB]([01]+(?:_+[01]+)*)$/;
const DECIMAL = /^([0-9]+(?:_+[0-9]+)*)(?:([KMGT])(?:iB)?)?$/;
const FRACTION = /^([0-9]+)\.([0-9]+)([KMGT])(?:iB)?$/;
const LOOSE_UNIT = /^([0-9_]+)([kmgt])i?b?$/i;

export function parseNumber(text: string): bigint | NumberProblem {
  const value = readDigits(text);
  if (value === undefined) return malformed(text);
  if (value <= MAX_VALUE) return value;
  return { problem: 'tooLarge', message: `\`${shorten(text)}\` does not fit into 64 bits.` };
}

function readDigits(text: string): bigint | undefined {
  // Converting a number takes time that grows faster than its length; nothing this long is below 2^64 but zeros.
  if (text.length > 400) return /^(0[xXbB])?[0-9a-fA-F_]+$/.test(text) ? MAX_VALUE + 1n : undefined;
  const hex = HEX.exec(text);
  if (hex) return BigInt('0x' + hex[1].replace(/_/g, ''));
  const binary = BINARY.exec(text);
  if (binary) return BigInt('0b' + binary[1].replace(/_/g, ''));
  const decimal = DECIMAL.exec(text);
  if (!decimal) return undefined;
  const digits = BigInt(decimal[1].replace(/_/g, ''));
  return decimal[2] ? digits << UNIT_SHIFTS[decimal[2]] : digits;
}

function malformed(text: string): NumberProblem {
  const message = `\`${shorten(text)}\` is not a number.`;
  const unit = LOOSE_UNIT.exec(text);
  if (unit) {
    const suggestion = `${unit[1]}${unit[2].toUpperCase()}iB`;
    return { problem: 'malformed', message: `${message} Sizes are written like \`${suggestion}\`.`, suggestion };
  }
  const fraction = text.length < 30 ? FRACTION.exec(text) : null;
  if (fraction) {
    const scale = 10n ** BigInt(fraction[2].length);
    const whole = BigInt(fraction[1] + fraction[2]) << UNIT_SHIFTS[fraction[3]];
    const suggestion = whole % scale === 0n ? formatSize(whole / scale) : undefined;
    return { problem: 'malformed', message: `${message} Sizes are whole numbers.`, suggestion };
  }
  return { problem: 'malformed', message };
}

const shorten = (text: string): string => (text.length <= 40 ? text : text.slice(0, 37) + '…');

/** `64MiB`, `4KiB`, `100`: the largest unit that divides the value. */
export function formatSize(bytes: bigint): string {
  for (const [unit, shift] of Object.entries(UNIT_SHIFTS).reverse()) {
    if (bytes !== 0n && bytes % (1n << shift) === 0n) return `${bytes >> shift}${unit}iB`;
  }
  return bytes.toString();
}

/** `0x5555_5540_0000`: hexadecimal in groups of four digits. */
export function formatHex(value: bigint): string {
  return '0x' + value.toString(16).replace(/\B(?=(.{4})+$)/g, '_');
}
