/** The extension's messages, and the errors that a person would else never hear of. */
import type { ExportFormat, FromAnyView, ToAnyView } from '../../src/protocol/viewMessages';

export interface Listener<To> {
  receive(message: To): void;
  /** What is shown, in a format that the view offers. */
  exported(format: ExportFormat): string;
  post(message: FromAnyView): void;
}

/** From here on the view is told everything. */
export function listen<To extends { type: string }>({ receive, exported, post }: Listener<To>): void {
  window.addEventListener('message', ({ data }: MessageEvent<To | ToAnyView>) => {
    if (isExport(data)) post({ type: 'exported', text: exported(data.format) });
    else receive(data as To);
  });
  window.addEventListener('error', ({ message }) => post({ type: 'problem', message }));
  post({ type: 'ready' });
}

function isExport(message: { type: string }): message is Extract<ToAnyView, { type: 'export' }> {
  return message.type === 'export';
}
