/**
 * A 64-bit non-cryptographic hash in two 32-bit lanes, for comparing machine states.
 * Equal states give equal hashes on every host: bytes are taken in a fixed order, numbers as IEEE doubles little-endian.
 */
const scratch = new DataView(new ArrayBuffer(8));

export class Hasher {
  #a = 0x9e3779b9 | 0;
  #b = 0x85ebca6b | 0;

  word(value: number): void {
    this.#a = Math.imul(this.#a ^ value, 0x01000193) ^ (this.#a >>> 15);
    this.#b = Math.imul((this.#b << 13) ^ (this.#b >>> 19) ^ value, 0xc2b2ae35 | 0);
  }

  number(value: number): void {
    scratch.setFloat64(0, value, true);
    this.word(scratch.getInt32(0, true));
    this.word(scratch.getInt32(4, true));
  }

  text(value: string): void {
    for (let i = 0; i < value.length; i++) this.word(value.charCodeAt(i));
    this.word(-1 - value.length);
  }

  words(values: Int32Array, from: number, to: number): void {
    for (let i = from; i < to; i++) this.word(values[i]);
  }

  bytes(values: Uint8Array): void {
    let i = 0;
    for (; i + 4 <= values.length; i += 4)
      this.word(values[i] | (values[i + 1] << 8) | (values[i + 2] << 16) | (values[i + 3] << 24));
    for (; i < values.length; i++) this.word(values[i]);
  }

  /** Plain JSON data; keys in sorted order, so that the order of insertion does not matter. */
  plain(value: unknown): void {
    if (typeof value === 'number') this.number(value);
    else if (typeof value === 'bigint') this.text(`${value}n`);
    else if (Array.isArray(value)) {
      this.word(value.length);
      for (const v of value) this.plain(v);
    } else if (value !== null && typeof value === 'object') {
      for (const key of Object.keys(value).sort()) {
        this.text(key);
        this.plain((value as Record<string, unknown>)[key]);
      }
    } else this.text(String(value));
  }

  get low(): number {
    return this.#a ^ (this.#b >>> 16);
  }
  get high(): number {
    return this.#b;
  }

  digest(): string {
    const hex = (n: number): string => (n >>> 0).toString(16).padStart(8, '0');
    return hex(this.high) + hex(this.low);
  }
}
