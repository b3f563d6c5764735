/** Stands in for Node's `url` in browser bundles: @vscode/debugadapter wants the class that browsers have anyway. */
export const URL = globalThis.URL;
