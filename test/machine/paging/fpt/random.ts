/** A small generator of bits (mulberry32): equal seeds give equal bits. */
export class RandomStream {
  constructor(private state: number) {}

  bit(): boolean {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) & 1) === 1;
  }
}
