/** What the Statistics view says, and what it keeps while it is hidden. */
import type { PlotSet, StatisticsResponse } from '../../src/protocol/statistics';
import type { FromStatisticsView } from '../../src/protocol/statisticsView';
import { hostContext } from '../shared/host';

export type Page = 'time' | 'work' | 'counters';

/** What is drawn: the last answer, always with plots. */
export type Shown = StatisticsResponse & { plots: PlotSet };

/** What a person has chosen. */
export interface Choices {
  page: Page;
  /** Plots and the flame graph as tables. */
  tables: boolean;
  /** Names of the frames from the whole down to the one that the flame graph is about. */
  zoom: string[];
  /** Counters that are zero are listed, too. */
  zeroes: boolean;
}

export const FIRST_CHOICES: Choices = { page: 'time', tables: false, zoom: [], zeroes: false };

export interface KeptState {
  shown: Shown | undefined;
  choices: Choices;
}

export const { HostContext, useHost } = hostContext<FromStatisticsView, KeptState>();
