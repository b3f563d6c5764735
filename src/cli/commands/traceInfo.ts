/** `ptscope trace info FILE`: what a trace holds, without running it. */
import { formatVirtual } from '../../machine/core/addresses';
import { loadTraceFile } from '../../scenario/run/load';
import type { Spread } from '../../trace/footprint';
import type { LoadedTrace } from '../../trace/load';
import { CliError, ExitCode } from '../exit';
import type { CliHost } from '../host';
import { byteSize, grouped } from '../numbers';
import { progressOf, toJson, writeResult } from '../session';

export interface TraceInfoOptions {
  format: 'text' | 'json';
  output?: string;
  progress: boolean;
}

export async function traceInfo(host: CliHost, file: string, options: TraceInfoOptions): Promise<ExitCode> {
  const trace = await read(host, file, options);
  const text = options.format === 'json' ? toJson(infoData(trace)) : infoText(trace);
  trace.store.dispose();
  await writeResult(host, text, options);
  return ExitCode.ok;
}

async function read(host: CliHost, file: string, options: TraceInfoOptions): Promise<LoadedTrace> {
  const progress = progressOf(host, options);
  try {
    return await loadTraceFile(file, host.files, {
      signal: host.signal,
      onProgress: ({ bytesRead, totalBytes }) =>
        progress.report({ what: `reading ${file}`, unit: 'bytes', done: bytesRead, total: totalBytes }),
    });
  } catch (error) {
    if (host.signal.aborted) throw new CliError(ExitCode.interrupted, 'interrupted');
    throw error;
  } finally {
    progress.clear();
  }
}

const hex = (n: bigint | number): string => `0x${n.toString(16)}`;

function infoData({ name, format, compression, store, lines, footprint, regions, notes }: LoadedTrace): object {
  const { data, instructions, all, lowest, highest, crossingLines, sizes } = footprint;
  const { reads, writes, execs } = store.counts;
  return {
    file: name,
    format: format.id,
    title: format.title,
    compression,
    records: { total: store.length, reads, writes, execs },
    lines,
    pages: { data, instructions, all },
    crossingLines,
    sizes,
    lowest: lowest === undefined ? null : hex(lowest),
    highest: highest === undefined ? null : hex(highest),
    regions: regions.map(({ start, end, ...rest }) => ({
      ...rest,
      start: hex(start * 4096),
      end: hex(end * 4096),
      bytes: (end - start) * 4096,
    })),
    notes,
  };
}

function infoText({ name, format, compression, store, lines, footprint, regions, notes }: LoadedTrace): string {
  const { reads, writes, execs } = store.counts;
  const { crossingLines: crossing } = footprint;
  const crossings = crossing.fetches + crossing.loads + crossing.stores + crossing.modifies;
  const areas = regions.map((r) => {
    const range = `${formatVirtual(r.start)} .. ${formatVirtual(r.end)}`;
    return `  ${r.name.padEnd(9)} ${range.padEnd(34)} ${byteSize((r.end - r.start) * 4096).padStart(10)}  ${r.hint}, ${grouped(r.pagesTouched)} pages touched`;
  });
  return (
    [
      `${name}: ${format.title}${compression === 'none' ? '' : `, ${compression}`}`,
      `records   ${grouped(store.length)} (reads ${grouped(reads)}, writes ${grouped(writes)}, fetches ${grouped(execs)})`,
      `lines     fetches ${grouped(lines.fetches)}, loads ${grouped(lines.loads)}, stores ${grouped(lines.stores)}, modifies ${grouped(lines.modifies)}, other ${grouped(lines.other)}; ${grouped(crossings)} cross a page`,
      `data      ${spread(footprint.data)}`,
      `code      ${spread(footprint.instructions)}`,
      `together  ${spread(footprint.all)}`,
      `regions   ${regions.length}, inferred from the pages that are touched`,
      ...areas,
      ...notes.map((note) => `note: ${note}`),
    ].join('\n') + '\n'
  );
}

const spread = ({ pages4K, regions2M, regions1G, regions512G }: Spread): string =>
  `${grouped(pages4K)} pages in ${grouped(regions2M)} regions of 2 MiB, ${grouped(regions1G)} of 1 GiB, ${grouped(regions512G)} of 512 GiB`;
