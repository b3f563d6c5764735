/** The second dimension of a walk in a guest that nobody made, as the events that it would report. */
import type { Pfn } from '../machine/core/addresses';
import type { MachineEvent } from '../machine/core/events';
import { type EntryNode, type HostWalkNode, pageBelow, type WalkNode } from '../machine/paging/inspector';
import type { AddressSpaces } from '../machine/paging/spaces';
import { highWord, lowWord } from '../machine/paging/x86/entry';
import type { ReadCost } from '../scenario/run/walkCost';

export interface BothDimensions {
  /** The guest's reads, with what the host reads before each of them. */
  reads: MachineEvent[];
  /** In both; absent where there is one dimension. */
  references?: number;
  /** The host's tables end the walk. */
  exits: boolean;
  /** Host frame of the page. */
  pfn?: Pfn;
  pageSize?: number;
}

/** `reads`: the guest's, one for each step of the walk. */
export function twoDimensions(
  { below }: Pick<AddressSpaces, 'below'>,
  walked: WalkNode,
  reads: readonly MachineEvent[],
  hostRead: (entry: EntryNode) => ReadCost,
): BothDimensions {
  const { host, steps, pageSize = 0 } = walked;
  if (below === undefined || host === undefined) return { reads: [...reads], exits: false };
  // PAE: the root's entry is read in neither dimension.
  const events: MachineEvent[] = reads.filter(({ kind }) => kind === 'registerRead');
  let references = 0;
  for (const walk of host) {
    events.push(...hostEvents(walk, steps.at(walk.step)?.level ?? -1, walk.step === steps.length, below, hostRead));
    references += walk.steps.length;
    const read = reads.at(walk.step);
    if (walk.outcome !== 'mapped' || read === undefined) continue;
    references++;
    events.push(read.kind === 'tableRead' ? { ...read, host: walk.pfn } : read);
  }
  const page = pageBelow(walked);
  const exits = host.some((walk) => walk.outcome !== 'mapped');
  const size = Math.min(pageSize === 3 ? 1 : pageSize, page?.pageSize ?? 0);
  return { reads: events, references, exits, pfn: page?.pfn, pageSize: size };
}

function hostEvents(
  { gfn, steps, outcome, pfn, pageSize }: HostWalkNode,
  level: number,
  isPage: boolean,
  { inspector, root }: AddressSpaces,
  hostRead: (entry: EntryNode) => ReadCost,
): MachineEvent[] {
  const guestLevel = isPage ? -1 : level;
  const { table, level: startLevel } = inspector.rootTable(root);
  const about = { guestLevel, gfn };
  return [
    { kind: 'hostWalkStart', depth: 1, ...about, startLevel, table, startedFrom: 'EPTP' },
    ...steps.map((step): MachineEvent => ({
      kind: 'hostRead',
      depth: 2,
      ...about,
      level: step.level,
      table: step.table,
      index: step.index,
      low: lowWord(step.raw),
      high: highWord(step.raw),
      ...hostRead(step),
    })),
    {
      kind: 'hostWalkEnd',
      depth: 1,
      ...about,
      outcome: outcome === 'mapped' ? 'mapped' : 'violation',
      references: steps.length,
      pfn,
      pageSize,
    },
  ];
}
