/**
 * From files to a snapshot. Promises to resolve, or to reject with a SnapshotError, for any bytes: whatever a file holds
 * is bounded by what the description announces, and checked against its checksum.
 */
import { HostSource, joined } from '../trace/bytes';
import { TraceError } from '../trace/errors';
import { gunzip } from '../trace/gunzip';
import type { TraceSource } from '../trace/load';
import { peek } from '../trace/peek';
import { looksLikeSnapshot, parseDescription } from './description';
import { SnapshotError } from './errors';
import { parsePages, RECORD_BYTES, SnapshotMemory } from './pages';
import { Snapshot } from './snapshot';

/** How a host reads files. */
export interface SnapshotFiles {
  readText(path: string): Promise<string>;
  openTrace(path: string): Promise<TraceSource>;
  /** `name` as a file that lies beside `from`. */
  resolve(from: string, name: string): string;
}

/** 4 GiB of pages: more tables than a guest has. */
const MOST_PAGES = 1 << 20;

/**
 * The description that a path stands for: the JSON itself, the JSON beside a page file, or a name without its extension.
 * Undefined if it stands for none.
 */
export async function snapshotPath(path: string, files: SnapshotFiles): Promise<string | undefined> {
  if (/\.json$/i.test(path)) return path;
  if (/\.ptscen$/i.test(path)) return undefined;
  const beside = `${path.replace(/\.bin(\.gz)?$/i, '')}.json`;
  try {
    return looksLikeSnapshot(await files.readText(beside)) ? beside : undefined;
  } catch {
    return undefined;
  }
}

/** `path`: as `snapshotPath` gives it. */
export async function loadSnapshot(path: string, files: SnapshotFiles, signal?: AbortSignal): Promise<Snapshot> {
  const description = parseDescription(path, await readText(path, files));
  const { file, count, sha256 } = description.pages;
  const pageFile = files.resolve(path, file);
  if (count > MOST_PAGES) throw new SnapshotError(path, `${count} pages are more than can be read (${MOST_PAGES})`);
  const bytes = await readPages(pageFile, files, count, signal);
  const pages = parsePages(pageFile, bytes, count);
  if (sha256 !== undefined && (await sha256Of(bytes)) !== sha256)
    throw new SnapshotError(pageFile, 'its content is not what the snapshot was taken of: the SHA-256 differs');
  return new Snapshot(path, description, new SnapshotMemory(pages, description.ramBytes));
}

async function readText(path: string, files: SnapshotFiles): Promise<string> {
  try {
    return await files.readText(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The page file's content, unpacked if it is packed; not more than `count` pages and the start of another. */
async function readPages(
  path: string,
  files: SnapshotFiles,
  count: number,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const host = await files.openTrace(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  let source = new HostSource(path, host.stream, { signal }) as Pick<HostSource, 'next' | 'close'>;
  try {
    const start = await peek(source, 2);
    const packed = start.head[0] === 0x1f && start.head[1] === 0x8b;
    source = packed ? gunzip(start.source, path) : start.source;
    const limit = count * RECORD_BYTES;
    const pieces: Uint8Array[] = [];
    let length = 0;
    for (let piece = await source.next(); piece !== undefined; piece = await source.next()) {
      length += piece.length;
      if (length > limit) throw new SnapshotError(path, `it holds more than the ${count} pages of the snapshot's JSON`);
      pieces.push(piece);
    }
    return joined(pieces, length);
  } catch (error) {
    throw error instanceof TraceError ? new SnapshotError(path, withoutStop(error.problem)) : error;
  } finally {
    await source.close();
  }
}

const withoutStop = (text: string): string => text.replace(/\.$/, '');

async function sha256Of(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const REASONS: Record<string, string> = {
  ENOENT: 'there is no such file',
  FileNotFound: 'there is no such file',
  EISDIR: 'this is a directory',
  FileIsADirectory: 'this is a directory',
  EACCES: 'it may not be read',
  NoPermissions: 'it may not be read',
};

function unreadable(path: string, error: unknown): SnapshotError {
  const code = (error as { code?: string } | null)?.code ?? '';
  const reason = REASONS[code] ?? (error instanceof Error ? error.message : String(error));
  return new SnapshotError(path, withoutStop(reason), false);
}
