/** The debugger's arrow: drawn with every item, visible at the one where the cursor stands. */
export function CursorMark({ x, y }: { x: number; y: number }) {
  return <path class="cursorMark" d={`M${x - 5},${y - 6}l10,6l-10,6z`} />;
}
