/** Every length of the figure, in pixels. */
export const METRICS = {
  fontPx: 12,
  smallPx: 11,
  marginPx: 2,
  gapPx: 4,
  signWidthPx: 48,
  minBitPx: 6.8,
  maxBitPx: 17,
  numbersPx: 16,
  fieldHeightPx: 46,
  afterAddressPx: 18,
  barHeightPx: 22,
  barGapPx: 7,
  afterBarsPx: 26,
  tableHeightPx: 164,
  slotHeightPx: 24,
  baseOffsetPx: 9,
  captionPx: 40,
  cornerPx: 6,
  /** How far before a table the wire to it turns. */
  lanePx: 16,
  faultRadiusPx: 9,
} as const;
