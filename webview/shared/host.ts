/** The extension, as a view sees it: typed messages out, and a little state that survives hiding and reloading. */
import { type Context, createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { FromAnyView } from '../../src/protocol/viewMessages';

/** `From`: what the view says beyond what every view does. `Kept`: what VS Code keeps while it is hidden or reloaded. */
export interface Host<From, Kept> {
  post(message: From | FromAnyView): void;
  keep(state: Kept): void;
  kept(): Kept | undefined;
}

interface VsCodeApi<From, Kept> {
  postMessage(message: From | FromAnyView): void;
  getState(): Kept | undefined;
  setState(state: Kept): void;
}

declare function acquireVsCodeApi<From, Kept>(): VsCodeApi<From, Kept>;

export function connectHost<From, Kept>(): Host<From, Kept> {
  const api = acquireVsCodeApi<From, Kept>();
  return {
    post: (message) => api.postMessage(message),
    keep: (state) => api.setState(state),
    kept: () => api.getState(),
  };
}

const nothing = (): undefined => undefined;

/** A view's own context, so that its parts know the view's messages by type. */
export function hostContext<From, Kept>(): {
  HostContext: Context<Host<From, Kept>>;
  useHost: () => Host<From, Kept>;
} {
  const HostContext = createContext<Host<From, Kept>>({ post: nothing, keep: nothing, kept: nothing });
  return { HostContext, useHost: () => useContext(HostContext) };
}
