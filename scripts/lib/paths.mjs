import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const fromRoot = (...parts) => path.join(root, ...parts);

/** What may be deleted at any time: profiles, built tests, stamps. Git-ignored. */
export const cache = fromRoot('.cache');

export const rig = fromRoot('test/e2e/rig');
export const examples = fromRoot('examples');
export const firstExample = path.join(examples, '01-first-fault.ptscen');
