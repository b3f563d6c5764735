/** Custom requests with their types. */
import type { DebugSession } from 'vscode';
import type { CustomRequests } from '../../protocol/requests';

export async function ask<Name extends keyof CustomRequests>(
  session: DebugSession,
  name: Name,
  args: CustomRequests[Name]['arguments'],
): Promise<CustomRequests[Name]['response']> {
  return (await session.customRequest(name, args)) as CustomRequests[Name]['response'];
}
