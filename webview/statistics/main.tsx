/** Entry point of the Statistics view: messages in, one render each. */
import { render } from 'preact';
import type { FromStatisticsView, ToStatisticsView } from '../../src/protocol/statisticsView';
import { registerControls } from '../controls/controls';
import { connectHost } from '../shared/host';
import { listen } from '../shared/receive';
import '../shared/base.css';
import { App, type AppProps } from './app';
import { exported } from './exported';
import { type Choices, FIRST_CHOICES, HostContext, type KeptState } from './host';
import './statistics.css';

registerControls();
const host = connectHost<FromStatisticsView, KeptState>();
const root = document.getElementById('root');
const kept = host.kept();
const state: Omit<AppProps, 'onChoose'> = {
  shown: kept?.shown,
  choices: { ...FIRST_CHOICES, ...kept?.choices },
  live: false,
};

function draw(): void {
  if (!root) return;
  render(
    <HostContext.Provider value={host}>
      <App {...state} onChoose={choose} />
    </HostContext.Provider>,
    root,
  );
}

function keep(): void {
  host.keep({ shown: state.shown, choices: state.choices });
}

function choose(change: Partial<Choices>): void {
  state.choices = { ...state.choices, ...change };
  keep();
  draw();
}

function receive(message: ToStatisticsView): void {
  switch (message.type) {
    case 'statistics': {
      const plots = message.statistics.plots ?? state.shown?.plots;
      // Plots that were left out here are those of another version: the next answer has them.
      if (plots) state.shown = { ...message.statistics, plots };
      state.live = true;
      keep();
      break;
    }
    case 'ended':
      state.live = false;
      break;
    case 'focus':
      // Where the person was, or at the first plot.
      if (document.activeElement === document.body) document.querySelector<HTMLElement>('[data-time="first"]')?.focus();
      return;
    case 'export':
      return;
  }
  draw();
}

draw();
listen<ToStatisticsView>({
  receive,
  exported: (format) => (state.shown ? exported(format, state.shown, state.choices) : ''),
  post: host.post,
});
