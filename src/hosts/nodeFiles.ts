/** Files as Node has them, for everything in ptscope that reads some. */
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { CliFiles } from '../cli/host';
import type { TraceSource } from '../trace/load';
import type { TraceIdentity } from '../trace/traceFiles';
import { readAhead } from './readAhead';
import { nodeTraceFiles } from './traceCache';

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
  const found = await stat(file);
  if (found.isDirectory()) throw Object.assign(new Error('a directory'), { code: 'EISDIR' });
  const { size } = found;
  const handle = await open(file);
  // A pipe may never answer: nobody should wait for what was only read ahead.
  const stream = found.isFile() ? readAhead(handle) : handle.createReadStream();
  return { name: file, stream, sizeBytes: size > 0 ? size : undefined, identify: () => identify(file) };
}

/** Pipes and devices have no identity. The time of the last change of status cannot be set back, unlike the others. */
async function identify(file: string): Promise<TraceIdentity | undefined> {
  try {
    const found = await stat(file, { bigint: true });
    if (!found.isFile()) return undefined;
    const { dev, ino, size, mtimeNs, ctimeNs } = found;
    return { place: path.resolve(file), stamp: [dev, ino, size, mtimeNs, ctimeNs].join(' ') };
  } catch {
    return undefined;
  }
}

export const nodeFiles: CliFiles = {
  readText,
  openTrace,
  traceFiles: nodeTraceFiles,
  resolve: (from, name) => path.resolve(path.dirname(from), name),
  writeText: (file, text) => writeFile(file, text),
};
