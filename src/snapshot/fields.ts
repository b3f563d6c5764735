/** Taking values out of parsed JSON: every member has the kind that is asked for, or the error names its path. */
import { SnapshotError } from './errors';

export class Fields {
  private constructor(
    private readonly source: string,
    private readonly path: string,
    private readonly value: Readonly<Record<string, unknown>>,
  ) {}

  static parse(source: string, text: string): Fields {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw new SnapshotError(source, `this is no JSON (${error instanceof Error ? error.message : String(error)})`);
    }
    return Fields.#of(source, '', value);
  }

  static #of(source: string, path: string, value: unknown): Fields {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new SnapshotError(source, `${path === '' ? 'the file' : `"${path}"`} must be a JSON object`);
    return new Fields(source, path, value as Record<string, unknown>);
  }

  #pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }

  fail(name: string, expected: string): never {
    const found = this.value[name];
    const shown = found === undefined ? 'it is missing' : `found ${JSON.stringify(found).slice(0, 40)}`;
    throw new SnapshotError(this.source, `"${this.#pathOf(name)}" must be ${expected}; ${shown}`);
  }

  has(name: string): boolean {
    return this.value[name] !== undefined && this.value[name] !== null;
  }

  names(): string[] {
    return Object.keys(this.value);
  }

  text(name: string, fallback?: string): string {
    const value = this.value[name];
    if (typeof value === 'string') return value;
    return fallback !== undefined && !this.has(name) ? fallback : this.fail(name, 'a string');
  }

  count(name: string): number {
    const value = this.value[name];
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
      ? value
      : this.fail(name, 'a whole number');
  }

  flag(name: string): boolean {
    const value = this.value[name];
    return typeof value === 'boolean' ? value : this.fail(name, 'true or false');
  }

  /** A 64-bit number, written as a string `0x…`. */
  word(name: string): bigint {
    const value = this.value[name];
    return typeof value === 'string' && /^0x[0-9a-f]{1,16}$/i.test(value)
      ? BigInt(value)
      : this.fail(name, 'a string such as "0x1000"');
  }

  object(name: string): Fields {
    return this.has(name)
      ? Fields.#of(this.source, this.#pathOf(name), this.value[name])
      : this.fail(name, 'a JSON object');
  }

  list(name: string): Fields[] {
    const value = this.value[name];
    if (!Array.isArray(value)) return this.fail(name, 'a list');
    return value.map((item, i) => Fields.#of(this.source, `${this.#pathOf(name)}[${i}]`, item));
  }

  /** As `object` and `list`; nothing where there is none. */
  optionalObject(name: string): Fields | undefined {
    return this.has(name) ? this.object(name) : undefined;
  }

  optionalList(name: string): Fields[] {
    return this.has(name) ? this.list(name) : [];
  }

  /** All members that are 64-bit numbers. */
  words(): Record<string, bigint> {
    const all = this.names().filter((name) => this.has(name));
    return Object.fromEntries(all.map((name) => [name, this.word(name)]));
  }
}
