/** Curves as paths. */

const DASH_PX = 6;

/** Points one after the other; nothing where there is no value, a short dash where a value stands alone. */
export function linePath(points: readonly ([number, number] | null)[]): string {
  let path = '';
  points.forEach((point, i) => {
    if (point === null) return;
    const [x, y] = point.map(px);
    const alone = !points[i - 1] && !points[i + 1];
    path += points[i - 1] ? `L${x} ${y}` : alone ? `M${px(x - DASH_PX / 2)} ${y}h${DASH_PX}` : `M${x} ${y}`;
  });
  return path;
}

/** Tenths of a pixel are enough. */
export const px = (n: number): number => Math.round(n * 10) / 10;
