/**
 * Nested paging (Intel SDM vol. 3C §28.3, EPT; AMD calls it nested page tables): a guest whose physical addresses are
 * translated once more, by tables of the host. Two trees of any shape: the guest's in x86 entries, the host's in EPT entries.
 *
 * As data: the format of a nested machine is the guest's, with the host's beside it.
 */
import { PAGES_OF_SIZE } from '../../core/addresses';
import { type LevelFormat, type PagingFormat, tableFrames, walkCacheLevels } from '../format';

export interface NestedCacheGeometry {
  entries: number;
  ways: number;
}

export interface NestedOptions {
  /** From guest-physical pages to the host's; `null`: there is none. */
  tlb: NestedCacheGeometry | null;
  /** Walk caches of the host's tables, root's first, one for each level that points to tables; `null`: there are none. */
  hostCaches: readonly NestedCacheGeometry[] | null;
  /** The guest's walk caches know where the host has the guest's tables (combined mappings, SDM §28.4.1). */
  combined: boolean;
  /** Largest page that the host maps, as a page-size code. */
  pageSize: 0 | 1 | 2;
  /** A and D in EPT entries (bit 6 of the EPT pointer): then every access to a guest table counts as a write. */
  accessedDirty: boolean;
  /** The host maps all of the guest's memory before the guest starts. */
  populate: boolean;
}

export const DEFAULT_NESTED: NestedOptions = {
  tlb: { entries: 16, ways: 16 },
  hostCaches: [
    { entries: 2, ways: 2 },
    { entries: 4, ways: 4 },
    { entries: 32, ways: 32 },
  ],
  combined: true,
  pageSize: 0,
  accessedDirty: false,
  populate: false,
};

/** Walk caches made to fit the levels of the host's tables: the deepest keep their sizes, levels above are like the topmost. */
export function fitHostCaches(
  caches: readonly NestedCacheGeometry[],
  host: PagingFormat,
): readonly NestedCacheGeometry[] {
  const wanted = walkCacheLevels(host).length;
  const kept = wanted === 0 ? [] : caches.slice(-wanted);
  const top = kept.at(0) ?? { entries: 2, ways: 2 };
  return [...Array.from({ length: wanted - kept.length }, () => ({ ...top })), ...kept];
}

/** Tables of a tree, as those of a host: EPT entries, one name for each of the tree's levels. */
export function hostFormat(tree: PagingFormat): PagingFormat {
  return {
    ...tree,
    title: `EPT with the levels of ${tree.title}`,
    // Guest-physical addresses have no upper half.
    signExtended: false,
    levels: tree.levels.map((level): LevelFormat => ({
      ...level,
      name: `h${level.name}`,
      entryName: `EPT ${level.entryName}`,
    })),
  };
}

export function nestedFormat(guest: PagingFormat, host: PagingFormat): PagingFormat {
  return {
    ...guest,
    scheme: `nested ${guest.scheme} over ${host.scheme}`,
    title: `${guest.title} in a guest, ${host.title} below it`,
    host,
  };
}

/** What stands on either side of `over`. */
export function partsOf(scheme: string): { guest: string; host: string } | undefined {
  const [, guest, host] = /^nested (.+) over (.+)$/.exec(scheme) ?? [];
  return guest === undefined ? undefined : { guest, host };
}

/** Why two schemes cannot be nested, as a sentence; `undefined` if they can. */
export function nestingRefusal(guest: PagingFormat, host: PagingFormat): string | undefined {
  if (guest.host !== undefined || host.host !== undefined)
    return 'A guest of a guest is not possible: a processor walks two dimensions.';
  if (guest.hashed !== undefined)
    return `\`${guest.scheme}\` cannot be a guest’s scheme in this version: its walker reads ways side by side, and nobody has said what a host’s walk for each of them costs. Guests have \`radix\`, \`radix 5\`, \`radix 32\`, \`pae\`, \`linear BITS\` or \`fpt MODE\`.`;
  if (host.hashed !== undefined)
    return `\`${host.scheme}\` cannot be a host’s scheme in this version: a host’s tables are EPT, which are trees. Hosts have \`radix\`, \`radix 5\` or \`fpt MODE\`.`;
  if (!host.mode.longMode || host.levels.length === 1)
    return `\`${host.scheme}\` cannot be a host’s scheme: EPT has four or five levels of entries of 8 bytes. Hosts have \`radix\`, \`radix 5\` or \`fpt MODE\`.`;
  return undefined;
}

// ---- host-physical memory ---------------------------------------------------------------------------------------------

/** Most frames of a guest: every frame has two records. */
export const MOST_GUEST_FRAMES = 2 ** 24;

/**
 * Host-physical frames are numbered from where guest-physical ones end, so that a number says which it is: first those
 * that the host gives to the guest, then those of its own tables.
 */
export interface HostLayout {
  guestFrames: number;
  /** First frame for the guest: a multiple of 1 GiB. */
  data: number;
  /** First frame for the host's tables. */
  tables: number;
  end: number;
}

export function hostLayout(guestFrames: number, host: PagingFormat): HostLayout {
  const [, , gibibyte] = PAGES_OF_SIZE;
  const block = 1024;
  const data = Math.ceil(guestFrames / gibibyte) * gibibyte;
  const tables = data + Math.ceil(guestFrames / block) * block;
  // One table for each of the stretches that one covers, at each level, and a block for what is split.
  const needed = host.levels.reduce((sum, level, i) => {
    const covered = 2 ** (level.shift - 12 + level.bits);
    return sum + Math.ceil(guestFrames / covered + 1) * tableFrames(host, i);
  }, 0);
  return { guestFrames, data, tables, end: tables + Math.ceil(needed / block) * block + block };
}
