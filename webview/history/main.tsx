/** Entry point of the History view: messages in, one render each. */
import { render } from 'preact';
import type { FromHistoryView, ToHistoryView } from '../../src/protocol/historyView';
import { registerControls } from '../controls/controls';
import { connectHost } from '../shared/host';
import { listen } from '../shared/receive';
import '../shared/base.css';
import { App, type AppProps } from './app';
import { exported } from './exported';
import { HostContext, type KeptState } from './host';
import { RowStore } from './model/rowStore';
import type { ListId } from './model/shown';
import './history.css';

registerControls();
const host = connectHost<FromHistoryView, KeptState>();
const root = document.getElementById('root');
const store = new RowStore();
const state: Omit<AppProps, 'onList'> = {
  shown: undefined,
  list: host.kept()?.list ?? 'ticks',
  live: false,
  store,
  version: 0,
};

function draw(): void {
  if (!root) return;
  state.version++;
  render(
    <HostContext.Provider value={host}>
      <App {...state} onList={choose} />
    </HostContext.Provider>,
    root,
  );
}

function choose(list: ListId): void {
  state.list = list;
  host.keep({ list });
  draw();
}

function receive(message: ToHistoryView): void {
  switch (message.type) {
    case 'history': {
      const { session, history, marks } = message;
      store.use(session, history.generation);
      state.shown = { session, history, marks };
      state.live = true;
      break;
    }
    case 'rows':
      store.take(message.list, message.answer);
      break;
    case 'ended':
      state.live = false;
      break;
    case 'focus':
      document.querySelector<HTMLElement>('[role="listbox"]')?.focus();
      return;
    case 'export':
      return;
  }
  draw();
}

draw();
listen<ToHistoryView>({
  receive,
  exported: (format) => (state.shown ? exported(format, state.shown, store, state.list) : ''),
  post: host.post,
});
