/** Memory as text. Tables of entries are read as 64-bit words, so that is how they are shown; bytes as ASCII beside them. */

const WORD_BYTES = 8;
const ROW_BYTES = 4 * WORD_BYTES;

export function hexDump(bytes: Uint8Array, firstAddress: number): string {
  const digits = Math.max(8, (firstAddress + bytes.length).toString(16).length);
  const rows: string[] = [];
  for (let start = 0; start < bytes.length; start += ROW_BYTES) {
    const row = bytes.subarray(start, start + ROW_BYTES);
    const address = (firstAddress + start).toString(16).padStart(digits, '0');
    rows.push(`${address}  ${words(row)}  |${ascii(row)}|`);
  }
  return collapseRepeats(rows).join('\n');
}

function words(row: Uint8Array): string {
  const out: string[] = [];
  for (let start = 0; start < row.length; start += WORD_BYTES) {
    // Little-endian, as the hardware reads an entry.
    const word = [...row.subarray(start, start + WORD_BYTES)].reverse();
    out.push(word.map((byte) => byte.toString(16).padStart(2, '0')).join(''));
  }
  return out.join(' ').padEnd((ROW_BYTES / WORD_BYTES) * (2 * WORD_BYTES + 1) - 1);
}

function ascii(row: Uint8Array): string {
  return [...row].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
}

/** As in `hexdump`: a star stands for rows equal to the one above. The last row stays, so that the end is seen. */
function collapseRepeats(rows: string[]): string[] {
  const content = (row: string | undefined): string => row?.slice(row.indexOf(' ')) ?? '';
  return rows.flatMap((row, i) => {
    const repeats = i > 0 && i < rows.length - 1 && content(row) === content(rows[i - 1]);
    if (!repeats) return [row];
    const first = i === 1 || content(rows[i - 2]) !== content(rows[i - 1]);
    return first ? ['*'] : [];
  });
}
