/** The extension, as the view sees it: typed messages out, and a little state that survives hiding and reloading. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { FromWalkView } from '../../src/protocol/walkView';
import type { WalkPicture } from '../../src/protocol/walk';

/** Kept by VS Code while the view is hidden, and over a reload of the window. */
export interface KeptState {
  picture: WalkPicture | undefined;
}

export interface Host {
  post(message: FromWalkView): void;
  keep(state: KeptState): void;
  kept(): KeptState | undefined;
}

interface VsCodeApi {
  postMessage(message: FromWalkView): void;
  getState(): KeptState | undefined;
  setState(state: KeptState): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export function connectHost(): Host {
  const api = acquireVsCodeApi();
  return {
    post: (message) => api.postMessage(message),
    keep: (state) => api.setState(state),
    kept: () => api.getState(),
  };
}

const nothing = (): undefined => undefined;

export const HostContext = createContext<Host>({ post: nothing, keep: nothing, kept: nothing });

export function useHost(): Host {
  return useContext(HostContext);
}
