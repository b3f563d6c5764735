/** Schemes to compare, from a command line's list or a launch configuration, before anything is loaded. */
import { applyOverride, resolveMachine } from '../language/settings';
import { schemeText } from '../language/schemes';

/** What is compared where nobody says: the tree, its two ways to fold it, and hashing. */
export const USUAL_SCHEMES = ['radix', 'fpt L3L2', 'fpt L4L3+L2L1', 'ecpt'] as const;

/** More than this side by side nobody reads, and each holds a machine. */
export const MOST_COMPARED = 8;

/** `fpt:L3L2`, or as in a machine block, to the words of a machine block; or why there is no such scheme, as a sentence. */
export function readScheme(text: string): { scheme: string } | { problem: string } {
  const words = text.trim().replaceAll(':', ' ').replaceAll('/', ' over ');
  const { config, diagnostics } = applyOverride(resolveMachine().config, `scheme=${words}`);
  const error = diagnostics.find((d) => d.severity === 'error');
  return error === undefined ? { scheme: schemeText(config.scheme) } : { problem: `${text.trim()}: ${error.message}` };
}

/** Each scheme once, in the order given; or what is wrong with the list, as a sentence. */
export function readSchemes(texts: readonly string[]): { schemes: string[] } | { problem: string } {
  const schemes: string[] = [];
  for (const text of texts) {
    const read = readScheme(text);
    if ('problem' in read) return read;
    if (!schemes.includes(read.scheme)) schemes.push(read.scheme);
  }
  return schemes.length > MOST_COMPARED
    ? { problem: `${schemes.length} schemes are too many to compare: ${MOST_COMPARED} at most` }
    : { schemes };
}
