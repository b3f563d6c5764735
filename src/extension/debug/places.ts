/** From what a context menu hands over to the place that is meant, in the adapter's words. No VS Code needed. */
import type { TravelArguments, TreeNode } from '../../protocol/requests';
import { nodeOf } from '../trees/rows';

/** A row of the Variables view, as `debug/variables/context` hands it over. */
interface VariableContext {
  variable: { evaluateName?: string; memoryReference?: string };
}

const isVariable = (argument: unknown): argument is VariableContext =>
  typeof argument === 'object' && argument !== null && 'variable' in argument;

/** A data id or an expression; `undefined` where a person has to be asked. */
export function placeOf(what: TravelArguments['what'], argument: unknown): string | undefined {
  if (typeof argument === 'string') return argument;
  const node = nodeOf(argument);
  if (node) return what === 'change' ? node.dataId : (node.range ?? node.address);
  if (!isVariable(argument)) return undefined;
  const { evaluateName, memoryReference } = argument.variable;
  if (evaluateName) return evaluateName;
  // What has no name in the language but lies in physical memory is an entry of a table.
  return memoryReference?.startsWith('pa:') ? `entry:${memoryReference}` : undefined;
}

/** `write PTE[1] of 0x555555401000 at entry:pa:0x102008`: words for a person, then the data id. */
export function breakpointName(
  access: 'write' | 'access',
  { label = 'entry', address, dataId }: Partial<Pick<TreeNode, 'label' | 'address' | 'dataId'>>,
): string | undefined {
  if (dataId === undefined) return undefined;
  return `${access} ${label}${address === undefined ? '' : ` of ${address}`} at ${dataId}`;
}
