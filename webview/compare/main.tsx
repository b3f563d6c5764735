/** Entry point of the Compare view: messages in, one render each. */
import { render } from 'preact';
import type { FromCompareView, ToCompareView } from '../../src/protocol/compareView';
import { registerControls } from '../controls/controls';
import { connectHost } from '../shared/host';
import { listen } from '../shared/receive';
import '../shared/base.css';
import '../picture/figure.css';
import { App, type AppProps } from './app';
import './compare.css';
import { exported } from './exported';
import { HostContext, type KeptState } from './host';

registerControls();
const host = connectHost<FromCompareView, KeptState>();
const root = document.getElementById('root');
const state: Omit<AppProps, 'figurePx'> = {
  comparison: host.kept()?.comparison,
  live: false,
  working: false,
  progress: undefined,
  refused: undefined,
};

/** What lies beside a figure: the page's margins, and those of its card; less where the window is narrow (compare.css). */
const NARROW_PX = 540;
const MARGIN_PX = { narrow: 16, wide: 36 };
const CARD_PX = { narrow: 14, wide: 26 };
/** Narrower than this a figure's bits cannot be read; two of them side by side want as much each. */
const LEAST_FIGURE_PX = 470;

function figurePx(): number {
  const size = window.innerWidth <= NARROW_PX ? 'narrow' : 'wide';
  const room = window.innerWidth - MARGIN_PX[size];
  const columns = room >= 2 * (LEAST_FIGURE_PX + CARD_PX[size]) ? 2 : 1;
  return Math.floor(room / columns) - CARD_PX[size] - (columns - 1) * 8;
}

function draw(): void {
  if (!root) return;
  render(
    <HostContext.Provider value={host}>
      <App {...state} figurePx={figurePx()} />
    </HostContext.Provider>,
    root,
  );
}

function receive(message: ToCompareView): void {
  switch (message.type) {
    case 'working':
      Object.assign(state, { live: true, working: true, progress: undefined, refused: undefined });
      break;
    case 'progress':
      state.progress = message.progress;
      break;
    case 'comparison':
      Object.assign(state, { live: true, working: false, comparison: message.comparison });
      host.keep({ comparison: message.comparison });
      break;
    case 'refused':
      Object.assign(state, { live: true, working: false, refused: message.reason });
      break;
    case 'ended':
      Object.assign(state, { live: false, working: false });
      break;
    case 'focus':
    case 'export':
      return;
  }
  draw();
}

window.addEventListener('resize', draw);
draw();
listen<ToCompareView>({
  receive,
  exported: (format) => (state.comparison ? exported(format, state.comparison) : ''),
  post: host.post,
});
