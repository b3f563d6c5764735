/** Mappings as runs: leaf by leaf, or equal neighbours together. */
import type { LeafNode, MappingRun } from './inspector';

/** `leaves` in ascending order of address. */
export function* runsOf(leaves: Iterable<LeafNode>, coalesce: boolean): Iterable<MappingRun> {
  let run: MappingRun | undefined;
  for (const leaf of leaves) {
    const next = runOf(leaf);
    if (run !== undefined && coalesce && continues(run, next)) {
      run.pages += next.pages;
      continue;
    }
    if (run !== undefined) yield run;
    run = next;
  }
  if (run !== undefined) yield run;
}

const runOf = ({ vpn, pages, entry, write, user, exec, paths }: LeafNode): MappingRun => ({
  vpn,
  pages,
  pfn: entry.frame,
  pageSize: entry.pageSize,
  write,
  user,
  exec,
  flags: entry.flags,
  paths,
});

function continues(run: MappingRun, leaf: MappingRun): boolean {
  return (
    run.vpn + run.pages === leaf.vpn &&
    run.pfn + run.pages === leaf.pfn &&
    run.pageSize === leaf.pageSize &&
    run.flags === leaf.flags &&
    run.write === leaf.write &&
    run.user === leaf.user &&
    run.exec === leaf.exec &&
    run.paths === leaf.paths
  );
}
