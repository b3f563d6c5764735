/** Entry point of the Walk view: messages in, one render each. */
import { render } from 'preact';
import type { FromWalkView, ToWalkView } from '../../src/protocol/walkView';
import { registerControls } from '../controls/controls';
import { connectHost } from '../shared/host';
import { listen } from '../shared/receive';
import '../shared/base.css';
import '../picture/figure.css';
import { App, type AppProps } from './app';
import { exported } from './exported';
import { HostContext, type KeptState } from './host';
import './walk.css';

registerControls();
const host = connectHost<FromWalkView, KeptState>();
const root = document.getElementById('root');
const state: AppProps = {
  picture: host.kept()?.picture,
  place: host.kept()?.place,
  live: false,
  travels: false,
  hostEvent: undefined,
};

function draw(): void {
  if (!root) return;
  render(
    <HostContext.Provider value={host}>
      <App {...state} />
    </HostContext.Provider>,
    root,
  );
}

function receive(message: ToWalkView): void {
  switch (message.type) {
    case 'picture':
      state.picture = message.picture;
      state.place = message.place;
      state.travels = message.travels;
      state.live = true;
      state.hostEvent = undefined;
      host.keep({ picture: message.picture, place: message.place });
      break;
    case 'ended':
      state.live = false;
      break;
    case 'light':
      state.hostEvent = message.event;
      break;
    case 'focus':
      document.querySelector<HTMLElement | SVGElement>('[data-item][tabindex="0"]')?.focus();
      return;
    case 'export':
      return;
  }
  draw();
}

draw();
listen<ToWalkView>({
  receive,
  exported: (format) => (state.picture ? exported(format, state.picture) : ''),
  post: host.post,
});
