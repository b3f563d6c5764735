/** What the client asks before it offers a data breakpoint: whether there is data to watch, its name and its uses. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { formatPhysical } from '../../machine/core/addresses';
import type { Run } from '../../scenario/run/run';
import { UserError } from '../errors';
import type { VariableNode } from '../variables';
import { checkUse, dataAtAddress, dataNamed } from './resolve';
import { type DataMode, type DataTarget, dataIdOf, isAddressKind, isDataMode, parseDataId } from './target';
import { targetTitle } from './words';

type Arguments = DebugProtocol.DataBreakpointInfoArguments & { mode?: string };
type Answer = DebugProtocol.DataBreakpointInfoResponse['body'];

/** `node`: the row of the Variables view that is meant, if it is one. */
export function dataInfo(run: Run, args: Arguments, node: VariableNode | undefined): Answer {
  try {
    const target = targetOf(run, args, node);
    const mode: DataMode = isDataMode(args.mode) ? args.mode : 'any';
    checkUse(run, target, mode);
    return {
      dataId: dataIdOf(target, mode),
      description: describe(run, target),
      accessTypes: target.kind === 'register' ? ['write'] : ['read', 'write', 'readWrite'],
      canPersist: true,
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { dataId: null, description: error.message };
  }
}

function targetOf(run: Run, { name, bytes, asAddress, mode }: Arguments, node: VariableNode | undefined): DataTarget {
  if (asAddress === true) return dataAtAddress(run, name, bytes, isAddressKind(mode) ? mode : undefined);
  const id = node?.dataId === undefined ? undefined : parseDataId(node.dataId);
  return id?.target ?? dataNamed(run, node?.evaluateName ?? name, bytes);
}

/** The name in the list of breakpoints: with the place, because names of regions come and go. */
function describe(run: Run, target: DataTarget): string {
  const title = targetTitle(run, target);
  return target.kind === 'physical' && target.entry && !title.startsWith('the entry')
    ? `${title} (at ${formatPhysical(target.start)})`
    : title;
}
