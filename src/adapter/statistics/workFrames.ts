/** Kernel work as the flame graph's rectangles: class, group, function; beside it what it was at the pinned moment. */
import type { KernelWork } from '../../machine/kernelWork';
import type { WorkFrame } from '../../protocol/statistics';

export function workFrames(now: readonly KernelWork[], then: readonly KernelWork[] | undefined): WorkFrame {
  const root = frame('kernel', then !== undefined);
  for (const work of now) add(root, work, 'value');
  for (const work of then ?? []) add(root, work, 'then');
  return root;
}

function frame(name: string, pinned: boolean): WorkFrame {
  return { name, value: 0, ...(pinned ? { then: 0 } : {}), children: [] };
}

function add(root: WorkFrame, { work, group, name, instructions }: KernelWork, into: 'value' | 'then'): void {
  let at = root;
  at[into] = (at[into] ?? 0) + instructions;
  for (const part of [work, group, name]) {
    let child = at.children.find((each) => each.name === part);
    if (child === undefined) at.children.push((child = frame(part, root.then !== undefined)));
    child[into] = (child[into] ?? 0) + instructions;
    at = child;
  }
}
