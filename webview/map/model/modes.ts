/** What colours say: for each way to look at the map, its kinds, each with a colour and a texture, in the order they are stacked. */
import { MapField } from '../../../src/protocol/map';

export type ModeId = 'size' | 'rights' | 'residency' | 'heat' | 'depth';

export interface Kind {
  title: string;
  fields: readonly MapField[];
  /** Class of the colour: `tone0` … `tone5`. */
  tone: number;
  /** So that no colour has to be told apart: 0 solid, 1 lines, 2 diagonals, 3 dots, 4 grid, 5 diagonals the other way, 6 crosses. */
  texture: number;
}

export interface Mode {
  id: ModeId;
  title: string;
  kinds: readonly Kind[];
}

const ABSENT: Kind = { title: 'not present (swapped out, no access)', fields: [MapField.Absent], tone: 3, texture: 5 };
const UNKNOWN: Kind = { title: 'not counted yet', fields: [MapField.Unknown], tone: -1, texture: 6 };
const MAPPED = [MapField.Size4K, MapField.Size2M, MapField.Size1G, MapField.Size4M];

const kinds = (...list: [title: string, fields: readonly MapField[], tone: number][]): Kind[] =>
  list.map(([title, fields, tone], texture) => ({ title, fields, tone, texture: texture % 5 }));

export const MODES: readonly Mode[] = [
  {
    id: 'size',
    title: 'Page size',
    kinds: [
      ...kinds(
        ['4 KiB', [MapField.Size4K], 0],
        ['2 MiB', [MapField.Size2M], 1],
        ['4 MiB', [MapField.Size4M], 1],
        ['1 GiB', [MapField.Size1G], 2],
      ),
      ABSENT,
      UNKNOWN,
    ],
  },
  {
    id: 'rights',
    title: 'Permission',
    kinds: [
      ...kinds(
        ['read', [MapField.Read], 0],
        ['read, write', [MapField.ReadWrite], 2],
        ['read, execute', [MapField.ReadExec], 1],
        ['read, write, execute', [MapField.ReadWriteExec], 3],
        ['not for programs', [MapField.Supervisor], 4],
      ),
      ABSENT,
      UNKNOWN,
    ],
  },
  {
    id: 'residency',
    title: 'Residency',
    kinds: [{ title: 'mapped', fields: MAPPED, tone: 2, texture: 0 }, ABSENT, UNKNOWN],
  },
  {
    id: 'heat',
    title: 'Heat (A and D bits)',
    kinds: [
      ...kinds(
        ['written (D)', [MapField.Dirty], 3],
        ['used (A)', [MapField.Accessed], 5],
        ['not used', [MapField.Unused], 0],
      ),
      ABSENT,
      UNKNOWN,
    ],
  },
  {
    id: 'depth',
    title: 'Table depth (references of a walk)',
    kinds: [
      ...kinds(
        ['1', [MapField.Depth1], 2],
        ['2', [MapField.Depth2], 4],
        ['3', [MapField.Depth3], 0],
        ['4', [MapField.Depth4], 1],
        ['5', [MapField.Depth5], 3],
      ),
      ABSENT,
      UNKNOWN,
    ],
  },
];

export const modeOf = (id: string): Mode => MODES.find((mode) => mode.id === id) ?? MODES[0];
