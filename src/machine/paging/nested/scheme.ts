/** A guest over a host as a scheme: it is given two, and imports neither. */
import { cachesRefusal } from '../../caches/options';
import { PAGE_BYTES } from '../../core/addresses';
import { pageSizesOf, type PagingFormat } from '../format';
import { PHYSICAL_BITS, type Scheme, type SchemeSettings } from '../scheme';
import { treeKernel } from '../x86/kernelSpace';
import { NestedHost } from './driver';
import {
  DEFAULT_NESTED,
  fitHostCaches,
  hostFormat,
  hostLayout,
  MOST_GUEST_FRAMES,
  nestedFormat,
  type NestedOptions,
  nestingRefusal,
} from './format';
import { HostInspector, NestedInspector } from './inspector';
import { NestedWalker } from './walker';

const SIZE_NAMES = ['4 KiB', '2 MiB', '1 GiB'];

/** `undefined` if the two cannot be nested: `nestingRefusal` says why. */
export function nestedScheme(guest: Scheme, host: Scheme, options?: NestedOptions): Scheme | undefined {
  if (nestingRefusal(guest.format, host.format) !== undefined) return undefined;
  const below = hostFormat(host.format);
  const format = { ...nestedFormat(guest.format, host.format), host: below };
  const chosen = options ?? DEFAULT_NESTED;
  const fitted = { ...chosen, hostCaches: chosen.hostCaches && fitHostCaches(chosen.hostCaches, below) };
  return {
    ...guest,
    format,
    createHost: ({ memory, probe, costs }) => new NestedHost({ format: below, options: fitted, memory, probe, costs }),
    createWalker: (parts) => {
      const { host: machineHost } = parts;
      if (machineHost === null) throw new Error('a guest needs a host');
      return new NestedWalker(format, fitted, { ...parts, host: machineHost });
    },
    createInspector: (memory, kernel, machineHost, hardware) => {
      if (machineHost === null) throw new Error('a guest needs a host');
      const looks = { physicalBits: PHYSICAL_BITS, kernel: treeKernel(kernel), hardware };
      return new NestedInspector(format, memory, looks, machineHost, new HostInspector(below, memory));
    },
    configured: (settings) =>
      settings.nested === undefined || settings.nested === options
        ? undefined
        : nestedScheme(guest, host, settings.nested),
    refusal: (settings) =>
      guest.refusal?.(settings) ??
      reachRefusal(settings, below) ??
      memoryRefusal(settings) ??
      sizeRefusal(settings.nested ?? chosen, pageSizesOf(below), host.format.scheme),
  };
}

/** Data caches stand before the host's memory, which is more than the guest's. */
function reachRefusal({ caches, memoryBytes }: SchemeSettings, host: PagingFormat): string | undefined {
  return caches && cachesRefusal(caches, hostLayout(memoryBytes / PAGE_BYTES, host).end * PAGE_BYTES);
}

function memoryRefusal({ memoryBytes }: SchemeSettings): string | undefined {
  if (memoryBytes <= MOST_GUEST_FRAMES * 4096) return undefined;
  return 'A guest has 64 GiB of memory at most: the host keeps a record of each frame beside its own.';
}

function sizeRefusal({ pageSize }: NestedOptions, sizes: readonly number[], host: string): string | undefined {
  if (sizes.includes([1, 512, 262144][pageSize])) return undefined;
  return `A host with \`${host}\` maps no pages of ${SIZE_NAMES[pageSize]}: that level is folded away.`;
}
