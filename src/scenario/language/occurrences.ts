/**
 * Where a name that a scenario binds is bound and used, in all of its files: for references, highlights and renaming.
 *
 * A name is known by the place that binds it: what two tests include is bound twice, and is one name all the same.
 */
import { analyse, type Analysis } from './analysis';
import type { Position, Range } from './ast';
import { nameRow } from './names';
import { touches } from './positions';
import type { Binding } from './scope';
import type { Sources } from './sources';

export interface Occurrence {
  /** Number of the file. */
  file: number;
  range: Range;
  /** True where it is bound. */
  binds: boolean;
}

export interface NameOccurrences {
  name: string;
  /** Of the name at the place that was asked about. */
  range: Range;
  occurrences: Occurrence[];
}

/** Of the name at a place of a file; undefined if no name that the scenario binds stands there. */
export function occurrencesAt(sources: Sources, file: number, position: Position): NameOccurrences | undefined {
  const analysis = analyse(sources);
  const found = nameAt(analysis, file, position);
  if (!found) return undefined;
  const { binding, range } = found;
  const key = keyOf(binding);
  const bound = analysis.bindings.filter((each) => keyOf(each) === key);
  const used = analysis.allReferences.filter((each) => keyOf(each.binding) === key);
  const all = [
    ...bound.map((each): Occurrence => ({ file: each.file, range: each.range, binds: true })),
    ...used.map((each): Occurrence => ({ file: each.file, range: each.range, binds: false })),
  ];
  return { name: binding.name, range, occurrences: once(all) };
}

function nameAt(
  { bindings, allReferences }: Analysis,
  file: number,
  position: Position,
): { binding: Binding; range: Range } | undefined {
  const isHere = (each: { file: number; range: Range }): boolean => each.file === file && touches(each.range, position);
  const used = allReferences.find(isHere);
  if (used) return { binding: used.binding, range: used.range };
  const bound = bindings.find(isHere);
  return bound && { binding: bound, range: bound.range };
}

const keyOf = ({ file, range: { start } }: { file: number; range: Range }): string =>
  `${file}:${start.line}:${start.column}`;

const once = (all: Occurrence[]): Occurrence[] => [...new Map(all.map((each) => [keyOf(each), each])).values()];

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Why a name cannot be called so; undefined if it can. `sources`: a scenario in which it occurs. */
export function renameProblem(sources: Sources, { name }: NameOccurrences, wanted: string): string | undefined {
  if (!NAME.test(wanted)) return `“${wanted}” is no name: a name is letters, digits and _, and begins with no digit.`;
  const known = nameRow(wanted);
  if (known) return `“${wanted}” already means something in expressions: ${known.doc}`;
  if (wanted !== name && analyse(sources).bindings.some((each) => each.name === wanted))
    return `“${wanted}” is the name of something else already.`;
  return undefined;
}
