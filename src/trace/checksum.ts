/**
 * A checksum of 32-bit words that notices damage (not malice): each step is a bijection, so that one changed word
 * always changes the result. Four lanes, because a single one would wait for each multiplication; a chunk costs a
 * third of a nanosecond an access.
 */
const enum By {
  Multiplier = 0x9e3779b1 | 0,
}

export function checksumOf(words: Int32Array, from = 0, to = words.length): number {
  let a = 1;
  let b = 2;
  let c = 3;
  let d = 4;
  let at = from;
  for (; at + 3 < to; at += 4) {
    a = Math.imul(a ^ words[at], By.Multiplier);
    b = Math.imul(b ^ words[at + 1], By.Multiplier);
    c = Math.imul(c ^ words[at + 2], By.Multiplier);
    d = Math.imul(d ^ words[at + 3], By.Multiplier);
  }
  for (; at < to; at++) a = Math.imul(a ^ words[at], By.Multiplier);
  let sum = to - from;
  for (const lane of [a, b, c, d]) sum = Math.imul(sum ^ (lane ^ (lane >>> 15)), By.Multiplier);
  return sum;
}
