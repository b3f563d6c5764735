/** Browsers answer `color(srgb 0.1 0.2 0.3 / 0.4)` for mixed colours; other programs that read SVG know `rgb()`. */
export function plainColour(value: string): string {
  const match = /^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.e-]+))?\)$/.exec(value);
  if (!match) return value;
  const [red, green, blue] = [match[1], match[2], match[3]].map((channel) => Math.round(Number(channel) * 255));
  return match[4] === undefined
    ? `rgb(${red}, ${green}, ${blue})`
    : `rgba(${red}, ${green}, ${blue}, ${Number(match[4])})`;
}
