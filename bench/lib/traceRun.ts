/** A generated trace as the product would have loaded it, and a run of it on the machine that the reference models. */
import type { LoadedTrace } from '../../src/trace/load';
import { packAccess as pack } from '../../src/machine/core/accessChunk';
import { inferRegions } from '../../src/trace/regions';
import { TraceStoreBuilder } from '../../src/trace/store';
import { asVpn } from '../../src/machine/core/addresses';
import { Machine } from '../../src/machine/machine';
import { compile } from '../../src/scenario/run/compile';
import { machineOptions } from '../../src/scenario/run/configure';
import { singleSource } from '../../src/scenario/language/sources';
import { resolveMachine } from '../../src/scenario/language/settings';
import { Run } from '../../src/scenario/run/run';

/** From the records that lib/workloads.ts writes. Accesses of one byte, for the reference knows no page crossings. */
export function traceFromWords(bytes: Uint8Array): LoadedTrace {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  const builder = new TraceStoreBuilder();
  const pages = new Set<number>();
  let last = -1;
  for (let i = 0; i < words.length; i += 2) {
    const low = words[i];
    const high = words[i + 1];
    const vpn = (high & 0x1ffffff) * 0x100000 + (low >>> 12);
    builder.append(vpn, pack(high >>> 31 ? 1 : 0, low & 0xfff, 1), i / 2 + 1);
    if (vpn !== last) pages.add(vpn);
    last = vpn;
  }
  const vpns = [...pages].sort((a, b) => a - b).map(asVpn);
  const regions = inferRegions({ vpns, uses: new Uint8Array(vpns.length) } as never);
  return { store: builder.finish(), regions, name: 'generated' } as unknown as LoadedTrace;
}

/** A run of the trace, `times` times over. */
export function runOf(trace: LoadedTrace, times: number): Run {
  const text = `process p\n${'trace "generated"\n'.repeat(times)}`;
  const program = compile(singleSource(text));
  const { config } = resolveMachine(undefined);
  const options = { ...machineOptions(config), memoryBytes: 16 * 2 ** 30 };
  return new Run(program, new Machine(options), Array<LoadedTrace>(times).fill(trace), {}, config.seed);
}
