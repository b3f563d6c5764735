/** Files as Node has them, for everything in ptscope that reads some. */
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CliFiles } from '../cli/host';
import type { TraceSource } from '../trace/load';

const PIECE_BYTES = 1 << 18;

async function readText(file: string): Promise<string> {
  const bytes = await readFile(file);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new Error('this is not text (UTF-8); a scenario is');
  }
}

/** Opened here, so that a missing file or a directory is refused at once, and closed by whoever stops reading. */
async function openTrace(file: string): Promise<TraceSource> {
  const { size, isDirectory } = await stat(file).then((s) => ({ size: s.size, isDirectory: s.isDirectory() }));
  if (isDirectory) throw Object.assign(new Error('a directory'), { code: 'EISDIR' });
  const handle = await open(file);
  const stream = handle.createReadStream({ highWaterMark: PIECE_BYTES });
  return { name: file, stream, sizeBytes: size > 0 ? size : undefined };
}

export const nodeFiles: CliFiles = {
  readText,
  openTrace,
  resolve: (from, name) => path.resolve(path.dirname(from), name),
  writeText: (file, text) => writeFile(file, text),
};
