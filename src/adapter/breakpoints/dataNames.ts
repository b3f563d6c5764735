/**
 * Data breakpoints by name, in the box for function breakpoints: `write pte(heap+0x1000)`, `access heap`,
 * `read pte(heap) by hardware`, `exec text`.
 *
 * VS Code's own box for data breakpoints takes a number, and neither an expression nor a mode; its extensions cannot add a
 * data breakpoint at all, but they can add a function breakpoint. So what a person types, and what the actions of a tree
 * row add, goes through here: it is listed, switched off, given a condition and kept like any other breakpoint.
 */
import { unusable } from '../errors';
import type { DataAccess, DataMode } from '../data/target';

export interface NamedData {
  /** A data id or an expression. */
  text: string;
  access: DataAccess;
  mode: DataMode;
}

const VERBS: Readonly<Record<string, DataAccess>> = {
  read: 'read',
  write: 'write',
  access: 'readWrite',
  exec: 'readWrite',
};
const NAMED = /^\s*(read|write|access|exec)\s+(\S.*?)\s*$/;
const BY = /\s+by\s+(?:the\s+)?(\w+)$/;
/** Words for a person in front of a data id. */
const LABEL = /^.*\s(?=(?:entry:)?(?:pa|va|reg):\S+$)/;

/** `undefined` if the name is that of a function. */
export function dataNameOf(name: string): NamedData | undefined {
  const [, verb, rest] = NAMED.exec(name) ?? [];
  if (verb === undefined) return undefined;
  const by = BY.exec(rest)?.[1];
  if (by !== undefined && by !== 'hardware' && by !== 'kernel')
    throw unusable(`'by ${by}': there is 'by hardware' and 'by kernel'.`);
  const mode = verb === 'exec' ? 'exec' : (by ?? 'any');
  return { text: rest.replace(BY, '').replace(LABEL, ''), access: VERBS[verb], mode };
}
