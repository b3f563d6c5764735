/** Lets the host do something else: requests are heard, and the event loop turns. */

/** Node has a way to be called back at once; in a worker of a browser it takes a few milliseconds. */
const soon: (resolve: () => void) => void =
  typeof setImmediate === 'function'
    ? (resolve) => void setImmediate(resolve)
    : (resolve) => void setTimeout(resolve, 0);

export const yieldToHost = (): Promise<void> => new Promise(soon);
