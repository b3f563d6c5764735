/** The hashed page table as a scheme. */
import type { Scheme } from '../scheme';
import { HashedDriver } from './driver';
import { HASHED } from './format';
import { HashedInspector } from './inspector';
import { HashedWalker } from './walker';

export const HASHED_SCHEME: Scheme = {
  format: HASHED,
  createWalker: (parts) => new HashedWalker(parts),
  createDriver: (parts) => new HashedDriver(parts),
  createInspector: (memory) => new HashedInspector(memory),
};
