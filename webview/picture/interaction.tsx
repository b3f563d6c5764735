/**
 * Pointing at things. Every item behaves alike, in the figure and in the lists: hovering or focusing it lights it
 * everywhere (and its line in the listing), Enter or a click seeks to it, the arrow keys go to its neighbours in time.
 */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Item } from './model/items';

export interface Interaction {
  items: Item[];
  /** Id of the item that is lit. */
  lit: string | undefined;
  /** Id of the one item that the Tab key reaches. */
  tabStop: string | undefined;
  point(item: Item | undefined): void;
  seek(item: Item): void;
}

const nothing = (): void => undefined;

export const InteractionContext = createContext<Interaction>({
  items: [],
  lit: undefined,
  tabStop: undefined,
  point: nothing,
  seek: nothing,
});

/** What an item's element gets, be it a group of the figure or a row of a list. */
interface ItemAttributes {
  class: string;
  role?: 'button';
  tabindex?: number;
  'aria-label'?: string;
  'aria-current'?: 'step';
  'data-item'?: string;
  'data-event'?: number;
  onMouseEnter?: () => void;
  onMouseLeave?: () => void;
  onClick?: () => void;
  onFocus?: () => void;
  onBlur?: () => void;
  onKeyDown?: (event: KeyboardEvent) => void;
}

/** `handle` is the item itself, reached by the keyboard; `echo` is a second drawing of it, for the pointer alone. */
export function useItem(id: string, drawing: 'handle' | 'echo', className: string): ItemAttributes {
  const { items, lit, tabStop, point, seek } = useContext(InteractionContext);
  const item = items.find((candidate) => candidate.id === id);
  if (!item) return { class: className };
  const seekable = item.event !== undefined;
  const classes = [className, 'item', item.when, item.id === lit ? 'lit' : '', seekable ? 'seekable' : ''];
  const pointing: ItemAttributes = {
    class: classes.filter(Boolean).join(' '),
    onMouseEnter: () => point(item),
    onMouseLeave: () => point(undefined),
    onClick: () => seek(item),
  };
  if (drawing === 'echo') return pointing;
  return {
    ...pointing,
    role: 'button',
    tabindex: item.id === tabStop ? 0 : -1,
    'aria-label': item.sentence,
    'aria-current': item.when === 'now' ? 'step' : undefined,
    'data-item': item.id,
    'data-event': item.event,
    onFocus: () => point(item),
    onBlur: () => point(undefined),
    onKeyDown: (event: KeyboardEvent) => handleKey(event, item, items, seek),
  };
}

const MOVES: Record<string, (index: number, count: number) => number> = {
  ArrowRight: (index) => index + 1,
  ArrowDown: (index) => index + 1,
  ArrowLeft: (index) => index - 1,
  ArrowUp: (index) => index - 1,
  Home: () => 0,
  End: (_index, count) => count - 1,
};

function handleKey(event: KeyboardEvent, item: Item, items: Item[], seek: (item: Item) => void): void {
  if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault();
    seek(item);
    return;
  }
  const target = items[MOVES[event.key]?.(items.indexOf(item), items.length) ?? -1];
  if (!target) return;
  event.preventDefault();
  document.querySelector<HTMLElement | SVGElement>(`[data-item="${target.id}"]`)?.focus();
}
