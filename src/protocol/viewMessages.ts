/** Messages that every view in a webview knows, whatever it shows; each view adds its own (walkView.ts and others). */

/** How a view can be kept as a file: the picture as it looks, its numbers as a table, or its data as they are. */
export type ExportFormat = 'svg' | 'csv' | 'json';

export type ToAnyView =
  /** The session is over: what is drawn stays, as a picture of the past. */
  | { type: 'ended' }
  /** The view has the keyboard again, after a motion that it asked for. */
  | { type: 'focus' }
  /** To be answered with `exported`. */
  | { type: 'export'; format: ExportFormat };

export type FromAnyView =
  /** The page has just come to life and wants to be told everything. */
  | { type: 'ready' }
  /** A person wants to keep what is shown. */
  | { type: 'wantExport' }
  | { type: 'exported'; text: string }
  /** Something went wrong in the view that a person should know about. */
  | { type: 'problem'; message: string };
