const TONES = 6;

/** The colour class of the n-th indexing field, or of the neutral things for −1. Colour never says anything alone. */
export function toneClass(tone: number): string {
  return tone < 0 ? 'neutral' : `tone${tone % TONES}`;
}
