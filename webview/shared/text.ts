/** Small text helpers: sizes, digit groups, and widths without asking the DOM. */

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

export function sizeText(bytes: number): string {
  let unit = 0;
  let size = bytes;
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${size} ${UNITS[unit]}`;
}

/** `0x0000555555400010` → `0x0000_5555_5540_0010`; what is grouped already stays. */
export function groupHex(hex: string): string {
  if (!hex.startsWith('0x') || hex.length <= 6 || hex.includes('_')) return hex;
  const digits = hex.slice(2);
  const head = digits.length % 4;
  const groups = digits.slice(head).match(/.{4}/g) ?? [];
  return `0x${[...(head ? [digits.slice(0, head)] : []), ...groups].join('_')}`;
}

const MONO_ADVANCE = 0.61;
const UI_ADVANCE = 0.56;

/** Width in pixels, a little generous: layout must not depend on the fonts that happen to be installed. */
export function textWidth(text: string, font: 'mono' | 'ui', sizePx: number): number {
  return text.length * sizePx * (font === 'mono' ? MONO_ADVANCE : UI_ADVANCE);
}

export function fitText(text: string, font: 'mono' | 'ui', sizePx: number, widthPx: number): string {
  if (textWidth(text, font, sizePx) <= widthPx) return text;
  const advance = textWidth('x', font, sizePx);
  const room = Math.floor(widthPx / advance) - 1;
  return room < 2 ? '' : `${text.slice(0, room)}…`;
}
