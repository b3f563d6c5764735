/** The hash functions by name. */
import { CrcHash } from './crc';
import { MurmurHash } from './murmur';
import type { WayHash } from './wayHash';

export type { WayHash } from './wayHash';

export const makeHash = (name: 'murmur' | 'crc'): WayHash => (name === 'crc' ? new CrcHash() : new MurmurHash());
