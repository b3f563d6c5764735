/** Asks which schemes to compare. */
import * as vscode from 'vscode';

interface SchemeItem extends vscode.QuickPickItem {
  scheme: string;
}

const SCHEMES: readonly SchemeItem[] = [
  { scheme: 'radix', label: 'radix', detail: 'Four levels, as x86-64 has them.' },
  { scheme: 'radix 5', label: 'radix 5', detail: 'Five levels (LA57).' },
  { scheme: 'fpt L4L3', label: 'fpt L4L3', detail: 'Flattened: PGD and PUD are one table of 2 MiB.' },
  { scheme: 'fpt L3L2', label: 'fpt L3L2', detail: 'Flattened: PUD and PMD are one table of 2 MiB.' },
  { scheme: 'fpt L4L3+L2L1', label: 'fpt L4L3+L2L1', detail: 'Flattened twice: two tables of 2 MiB for a walk.' },
  { scheme: 'ecpt', label: 'ecpt', detail: 'Elastic cuckoo page tables: ways that are probed in parallel.' },
  {
    scheme: 'nested radix over radix',
    label: 'nested radix over radix',
    detail: 'A guest over a host: a walk in two dimensions.',
  },
  { scheme: 'hashed', label: 'hashed', detail: 'One hashed table, open addressing.' },
];

/** What is compared where nobody has chosen yet. */
const USUAL = ['radix', 'fpt L3L2', 'fpt L4L3+L2L1', 'ecpt'];

/** Undefined if the person went away. `current`: those that are compared now. */
export async function pickSchemes(current: readonly string[]): Promise<string[] | undefined> {
  const chosen = current.length > 0 ? current : USUAL;
  const others = chosen.filter((scheme) => !SCHEMES.some((item) => item.scheme === scheme));
  const items = [...SCHEMES, ...others.map((scheme): SchemeItem => ({ scheme, label: scheme }))];
  const picked = await vscode.window.showQuickPick(
    items.map((item) => ({ ...item, picked: chosen.includes(item.scheme) })),
    {
      title: 'Compare Schemes',
      placeHolder: 'Schemes that run the same thing, beside the session’s own',
      canPickMany: true,
    },
  );
  return picked?.map(({ scheme }) => scheme);
}
