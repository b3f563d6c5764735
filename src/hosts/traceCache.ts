/**
 * Imported traces on disk, between launches: a directory of the user's own below the system's temporary one.
 *
 * Promises never to throw, to open nothing that others could have written, to show nobody else what a program accessed,
 * and to stay within a size: the traces that were opened longest ago go first. Processes may share the directory: a
 * file gets its name only when it is complete, and those who read one that is replaced or deleted go on reading it.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  futimesSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  statfsSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { TraceFile, TraceFiles } from '../trace/traceFiles';
import { DiskFile, remove } from './diskFile';

/** Names the directory, or switches keeping off. */
const VARIABLE = 'PTSCOPE_TRACE_CACHE';
const OFF = 'off';

const KEPT = '.trace';
const GROWING = '.part';
/** A file that has not grown for so long was left behind by a process that ended in the middle. */
const ABANDONED_MS = 60 * 60 * 1000;
const LARGEST_BYTES = 4 * 2 ** 30;
const SHARE_OF_DISK = 1 / 4;
const WRITABLE_BY_OTHERS = 0o022;

export interface CacheOptions {
  /** Where kept traces are; undefined if none are kept. */
  directory: string | undefined;
  /** Bytes of all of them together at most; a quarter of the free disk is a limit too. */
  largestBytes?: number;
}

/** As the environment says at the time of each call. */
export const nodeTraceFiles: TraceFiles = {
  open: (name) => traceCache({ directory: directoryOf(process.env[VARIABLE]) }).open(name),
  create: (name) => traceCache({ directory: directoryOf(process.env[VARIABLE]) }).create(name),
};

function directoryOf(setting: string | undefined): string | undefined {
  if (setting === OFF) return undefined;
  return setting ? setting : join(tmpdir(), `ptscope-traces-${userName()}`);
}

function userName(): string {
  const id = process.getuid?.();
  return id === undefined ? createHash('sha256').update(userInfo().username).digest('hex').slice(0, 8) : String(id);
}

export function traceCache({ directory, largestBytes = LARGEST_BYTES }: CacheOptions): TraceFiles {
  const pathOf = (folder: string, name: string): string =>
    join(folder, createHash('sha256').update(name).digest('hex').slice(0, 32) + KEPT);
  return {
    open: (name) => orNothing(() => directory && isPrivate(directory) && opened(pathOf(directory, name))),
    create: (name) =>
      orNothing(() => {
        if (name === undefined || directory === undefined || !isPrivate(made(directory))) return nameless();
        const kept = pathOf(directory, name);
        return created(`${kept}.${randomBytes(6).toString('hex')}${GROWING}`, kept, () =>
          sweep(directory, largestBytes),
        );
      }),
  };
}

/** Nothing here is worth failing for. */
function orNothing(work: () => TraceFile | string | false | undefined): TraceFile | undefined {
  try {
    const file = work();
    return typeof file === 'object' ? file : undefined;
  } catch {
    return undefined;
  }
}

/** Where the temporary directory is everybody's, anybody may have been first to make ours. */
function isPrivate(directory: string): boolean {
  const found = lstatSync(directory, { throwIfNoEntry: false });
  if (found === undefined || !found.isDirectory() || !isOwn(found.uid)) return false;
  return process.getuid === undefined || (found.mode & WRITABLE_BY_OTHERS) === 0;
}

const isOwn = (owner: number): boolean => process.getuid === undefined || owner === process.getuid();

function made(directory: string): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return directory;
}

function opened(path: string): TraceFile | undefined {
  const descriptor = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    if (!isOwn(fstatSync(descriptor).uid)) throw new Error('written by somebody else');
    noteUse(descriptor);
    return new DiskFile(descriptor, { now: path, kept: path });
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** The time of the last use, by which `sweep` chooses. */
function noteUse(descriptor: number): void {
  try {
    const now = new Date();
    futimesSync(descriptor, now, now);
  } catch {
    // A directory that cannot be written to is not swept either.
  }
}

function created(path: string, kept?: string, onKept?: () => void): DiskFile {
  return new DiskFile(openSync(path, 'wx+', 0o600), { now: path, kept }, onKept);
}

/** For what is too large for memory and need not be kept. */
function nameless(): DiskFile {
  const path = join(tmpdir(), `ptscope-${randomBytes(8).toString('hex')}${GROWING}`);
  const descriptor = openSync(path, 'wx+', 0o600);
  try {
    // Systems that delete open files: then it is gone whatever becomes of this process.
    unlinkSync(path);
    return new DiskFile(descriptor, {});
  } catch {
    return new DiskFile(descriptor, { now: path });
  }
}

/** Deletes what was left behind, and the longest unused traces beyond the limit. */
function sweep(directory: string, largestBytes: number): void {
  const files = readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    const found = statSync(path, { throwIfNoEntry: false });
    return found?.isFile() ? [{ path, size: found.size, used: found.mtimeMs }] : [];
  });
  for (const { path, used } of files) if (path.endsWith(GROWING) && Date.now() - used > ABANDONED_MS) remove(path);
  const kept = files.filter(({ path }) => path.endsWith(KEPT)).sort((a, b) => b.used - a.used);
  const { bavail, bsize } = statfsSync(directory);
  const all = kept.reduce((sum, { size }) => sum + size, 0);
  const limit = Math.min(largestBytes, (bavail * bsize + all) * SHARE_OF_DISK);
  let sum = 0;
  for (const { path, size } of kept) {
    sum += size;
    if (sum > limit) remove(path);
  }
}
