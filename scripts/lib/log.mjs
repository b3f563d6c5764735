/** What the scripts say: one-line headings with elapsed times, notes under them. */
const colour =
  process.stdout.isTTY || process.env.FORCE_COLOR ? (code, text) => `\x1b[${code}m${text}\x1b[0m` : (_, text) => text;

export const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

export const heading = (text) => console.log(colour('1;36', `== ${text}`));
export const note = (text) => console.log(`   ${text}`);
export const failure = (text) => console.error(colour('1;31', `== ${text}`));

/** Runs a step under a heading and says how long it took, whether or not it succeeded. */
export async function step(title, work) {
  heading(title);
  const start = performance.now();
  try {
    return await work();
  } finally {
    note(`${title}: ${seconds(start)}`);
  }
}
