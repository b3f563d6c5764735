/**
 * Which fixed mappings surely exist at a place of the program, per process: enough to find two that overlap, and never more
 * than is certain. After a block that may not have run, only what was there before and still is counts.
 */
import type { Range } from './expressions';

export interface FixedMapping {
  name: string;
  start: bigint;
  end: bigint;
  /** Where it is mapped. */
  file: number;
  range: Range;
}

type ByProcess = Map<string, readonly FixedMapping[]>;

export class Mappings {
  /** The process that runs here; undefined if that depends on what ran. */
  process: string | undefined;
  /** False until any process exists: then there is nothing to map in. */
  hasProcess = false;
  private mapped: ByProcess = new Map();

  enter(process: string): void {
    this.process = process;
    this.hasProcess = true;
  }

  create(process: string): void {
    this.mapped.set(process, []);
    this.enter(process);
  }

  /** The mapping that shares pages with the new one, if there is one; else the new one is added. */
  add(mapping: FixedMapping): FixedMapping | undefined {
    if (this.process === undefined) return undefined;
    const mappings = this.mapped.get(this.process) ?? [];
    const overlapping = mappings.find(({ start, end }) => mapping.start < end && start < mapping.end);
    if (!overlapping) this.mapped.set(this.process, [...mappings, mapping]);
    return overlapping;
  }

  remove(start: bigint, end: bigint): void {
    if (this.process === undefined) return;
    const rest = (this.mapped.get(this.process) ?? []).flatMap((mapping) => {
      if (mapping.end <= start || mapping.start >= end) return [mapping];
      const below = mapping.start < start ? [{ ...mapping, end: start }] : [];
      return mapping.end > end ? [...below, { ...mapping, start: end }] : below;
    });
    this.mapped.set(this.process, rest);
  }

  /** A process ends, without a name the running one; who runs behind that is not known. */
  exit(name = this.process): void {
    if (name === undefined) return this.unknown();
    this.mapped.delete(name);
    if (name === this.process) this.process = undefined;
  }

  /** Something was unmapped, and it is not known what. */
  forget(): void {
    if (this.process !== undefined) this.mapped.set(this.process, []);
  }

  /** Something happened, and nothing is known of it. */
  unknown(): void {
    Object.assign(this, { process: undefined, hasProcess: true });
    this.mapped = new Map();
  }

  /** Runs blocks of which any one, or none, may run. */
  branch(...blocks: (() => void)[]): void {
    const before = { process: this.process, mapped: this.mapped };
    const outcomes = blocks.map((block) => {
      this.process = before.process;
      this.mapped = new Map(before.mapped);
      block();
      return { process: this.process, mapped: this.mapped };
    });
    this.process = outcomes.every(({ process }) => process === before.process) ? before.process : undefined;
    this.mapped = new Map();
    for (const [process, mappings] of before.mapped) {
      const survives = (mapping: FixedMapping): boolean =>
        outcomes.every(({ mapped }) => mapped.get(process)?.includes(mapping) ?? false);
      this.mapped.set(process, mappings.filter(survives));
    }
  }

  /** Runs a block on a machine of its own. */
  isolated(block: () => void): void {
    const { process, hasProcess, mapped } = this;
    Object.assign(this, { process: undefined, hasProcess: false });
    this.mapped = new Map();
    block();
    Object.assign(this, { process, hasProcess });
    this.mapped = mapped;
  }
}
