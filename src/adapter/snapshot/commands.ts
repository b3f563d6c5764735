/** The debug console's commands in a snapshot. */
import { formatAddress, formatPhysical, physicalOf } from '../../machine/core/addresses';
import type { SnapshotSubject } from '../../scenario/run/snapshotSubject';
import { helpText, LOOK_COMMANDS, type LookCommand } from '../console';
import type { Style } from '../console/style';
import { badExpression } from '../errors';

export interface SnapshotCommand extends Omit<LookCommand, 'run'> {
  run(subject: SnapshotSubject, argument: string, style: Style): string;
}

/** `onRoot`: another root was selected. */
export function snapshotCommands(onRoot: () => void): readonly SnapshotCommand[] {
  const commands: readonly SnapshotCommand[] = [
    ...LOOK_COMMANDS,
    {
      name: 'roots',
      usage: 'roots',
      summary: 'the root tables of the snapshot',
      takes: 'none',
      run: ({ machine }) =>
        machine.spaces
          .map(({ name, root, note }) => {
            const mark = name === machine.space.name ? '*' : ' ';
            return `${mark} ${name}: ${formatPhysical(physicalOf(root))} (${note})`;
          })
          .join('\n'),
    },
    {
      name: 'root',
      usage: 'root NAME',
      summary: 'look under another root table',
      takes: 'none',
      run({ machine }, argument) {
        const root = machine.rootNamed(argument.trim());
        const names = machine.spaces.map(({ name }) => name).join(', ');
        if (root === undefined) throw badExpression(`There is no root '${argument}'; there is ${names}.`);
        machine.select(root);
        onRoot();
        return `addresses are looked up under ${root.name} now`;
      },
    },
    {
      name: 'maps',
      usage: 'maps',
      summary: "the process's areas, as its kernel listed them",
      takes: 'none',
      run: ({ machine }) =>
        machine.description.maps
          .map(({ start, end, permissions, name }) =>
            `${formatAddress(start)}-${formatAddress(end)} ${permissions} ${name}`.trimEnd(),
          )
          .join('\n') || 'the snapshot has no list of areas',
    },
    {
      name: 'help',
      usage: 'help [NAME]',
      summary: 'this list, or what a command or a name of the language is',
      takes: 'command',
      run: (_subject, argument, style) => helpText(commands, 'walk(rip).refs, pte(rsp), phys(cr3)', argument, style),
    },
  ];
  return commands;
}
