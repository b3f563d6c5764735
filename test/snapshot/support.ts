/** Snapshots for tests: stored ones of real guests, and hand-made ones of a few tables. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { nodeFiles } from '../../src/hosts/nodeFiles';
import { loadSnapshot, type SnapshotFiles } from '../../src/snapshot/load';
import type { Snapshot } from '../../src/snapshot/snapshot';

export const SNAPSHOTS = path.join(__dirname, '../fixtures/snapshots');
export const snapshotNames = readdirSync(SNAPSHOTS)
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace('.json', ''));
export const snapshotFile = (name: string): string => path.join(SNAPSHOTS, `${name}.json`);
export const openSnapshot = (name: string): Promise<Snapshot> => loadSnapshot(snapshotFile(name), nodeFiles);

/** What the JSON says beyond what ptscope reads: what an independent walker found. */
export interface Truth {
  truth: Record<
    string,
    {
      infoTlbSha256: string;
      infoMemSha256?: string;
      leaves: Record<'4K' | '2M' | '1G' | 'user', number>;
      tablePages: Record<string, number>;
    }
  >;
  walks: { root: string; va: string; steps: [number, string, string][]; pa: string | null; pageSize: number | null }[];
  process: {
    pagemap: { va: string; pages: number; pfn: string | null; present: boolean; swapped: boolean }[];
  } | null;
}

export const truthOf = (name: string): Truth => JSON.parse(readFileSync(snapshotFile(name), 'utf8')) as Truth;
export const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

/** Tables by frame number, each a list of [index, entry]. */
export type Tables = Record<number, [index: number, entry: bigint][]>;

export function pageFile(tables: Tables): Uint8Array {
  const frames = Object.keys(tables).map(Number);
  const bytes = new Uint8Array(frames.length * 4104);
  const view = new DataView(bytes.buffer);
  frames.forEach((frame, record) => {
    view.setBigUint64(record * 4104, BigInt(frame) << 12n, true);
    for (const [index, entry] of tables[frame]) view.setBigUint64(record * 4104 + 8 + index * 8, entry, true);
  });
  return bytes;
}

/** The JSON of a snapshot whose root is frame 1. */
export const descriptionOf = (pages: Uint8Array, more: object = {}): Record<string, unknown> => ({
  format: 'ptg-fixture-1',
  name: 'made',
  label: 'test',
  arch: 'x86_64',
  levels: 4,
  pti: false,
  cpl: 3,
  regs: { rip: '0x0', cr3: '0x1000' },
  roots: [{ name: 'current', cr3: '0x1000', kind: 'process' }],
  pages: { file: 'made.bin', count: pages.length / 4104, tableCount: pages.length / 4104, sha256: sha256(pages) },
  ...more,
});

async function* pieces(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) yield await Promise.resolve(bytes.subarray(at, at + 1000));
}

/** Files in memory. */
export function filesOf(files: Record<string, string | Uint8Array>): SnapshotFiles {
  const get = (name: string): string | Uint8Array => {
    if (name in files) return files[name];
    throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
  };
  return {
    readText: async (name) => {
      const file = await Promise.resolve(get(name));
      return typeof file === 'string' ? file : new TextDecoder().decode(file);
    },
    openTrace: async (name) => {
      const file = await Promise.resolve(get(name));
      const bytes = typeof file === 'string' ? new TextEncoder().encode(file) : file;
      return { name, stream: pieces(bytes), sizeBytes: bytes.length };
    },
    resolve: (_from, name) => name,
  };
}

export function made(tables: Tables, more: object = {}): Promise<Snapshot> {
  const pages = pageFile(tables);
  const json = JSON.stringify(descriptionOf(pages, more));
  return loadSnapshot('made.json', filesOf({ 'made.json': json, 'made.bin': pages }));
}
