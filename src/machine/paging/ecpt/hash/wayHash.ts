/** Where a tag goes in a way. */
export interface WayHash {
  /** The slot of a tag (up to 35 bits) in a table of 2^log2Entries (at most 2^31) that hashes as that way. */
  index(tag: number, log2Entries: number, way: number): number;
  /** The whole hash of the last index, as two words. */
  readonly low: number;
  readonly high: number;
}
