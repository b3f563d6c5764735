/**
 * A list of any length, of which the lines in sight are there. It is one stop of the Tab key: the arrow keys, Page Up and
 * Down, Home and End choose a line, Enter goes to its moment. When the cursor moves, its line comes into sight.
 */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { HistoryRowsArguments } from '../../../src/protocol/history';
import type { Entry } from '../model/entries';
import { clampTop, innerHeight, isScaled, ROW_PX, scrollOf, topFor, topOf, topToReach } from '../model/window';
import { Line } from './line';

export interface VirtualListProps {
  label: string;
  total: number;
  /** The line of the cursor's moment, or the last before it. */
  current: number;
  /** Changes when the cursor moves. */
  moment: string;
  entry: (index: number) => Entry;
  /** Changes when entries may have. */
  version: number;
  onChoose: (entry: Entry) => void;
  /** What is missing of lines first … end − 1. */
  wanted: (first: number, end: number) => HistoryRowsArguments | undefined;
  onWant: (request: HistoryRowsArguments) => void;
}

/** An answer brings what is known by then: the rest is asked for again. */
const ASK_AGAIN_MS = 90;

export function VirtualList(props: VirtualListProps) {
  const { label, total, current, moment, entry, version, onChoose, wanted, onWant } = props;
  const box = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const lines = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(0);
  const [top, setTop] = useState(0);
  const [chosen, setChosen] = useState<number | undefined>(undefined);
  const shownTop = clampTop(top, total, height);
  const first = Math.floor(shownTop);
  const end = Math.min(total, Math.ceil(shownTop + height / ROW_PX));
  const active = Math.max(0, Math.min(chosen ?? current, total - 1));

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = (): void => setHeight(element.clientHeight);
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);

  // The cursor has moved, or the list has just been opened: follow it.
  useLayoutEffect(() => {
    setChosen(undefined);
    if (height > 0) setTop((before) => topFor(current, before, total, height));
  }, [moment, height > 0]);

  // Sizes are set from here: the content security policy refuses styles in attributes.
  useLayoutEffect(() => {
    if (inner.current) inner.current.style.height = `${innerHeight(total)}px`;
    if (lines.current) lines.current.style.transform = `translateY(${-(shownTop - first) * ROW_PX}px)`;
    const element = box.current;
    const wantedScroll = scrollOf(shownTop, total, height);
    if (element && Math.abs(element.scrollTop - wantedScroll) > 1) element.scrollTop = wantedScroll;
  }, [shownTop, total, height]);

  useEffect(() => {
    const request = height > 0 ? wanted(first, end) : undefined;
    if (!request) return;
    onWant(request);
    const timer = setInterval(() => {
      const rest = wanted(first, end);
      if (rest) onWant(rest);
      else clearInterval(timer);
    }, ASK_AGAIN_MS);
    return () => clearInterval(timer);
  }, [first, end, total, moment, height]);

  const choose = (index: number): void => {
    const goal = Math.max(0, Math.min(total - 1, index));
    setChosen(goal);
    setTop(topToReach(goal, shownTop, total, height));
  };

  const page = Math.max(1, Math.floor(height / ROW_PX) - 1);
  const moves: Record<string, number> = {
    ArrowDown: active + 1,
    ArrowUp: active - 1,
    PageDown: active + page,
    PageUp: active - page,
    Home: 0,
    End: total - 1,
  };

  return (
    <div
      ref={box}
      class="list"
      role="listbox"
      tabindex={0}
      aria-label={label}
      aria-activedescendant={active >= first && active < end ? lineId(active) : undefined}
      data-version={version}
      onScroll={({ currentTarget }) => {
        // What we have set ourselves is already where it should be.
        if (Math.abs(currentTarget.scrollTop - scrollOf(shownTop, total, height)) > 1)
          setTop(topOf(currentTarget.scrollTop, total, height));
      }}
      onWheel={(event) => {
        if (!isScaled(total)) return;
        event.preventDefault();
        setTop(clampTop(shownTop + event.deltaY / ROW_PX, total, height));
      }}
      onKeyDown={(event) => {
        const goal = moves[event.key];
        if (event.key === 'Enter' || event.key === ' ') onChoose(entry(active));
        else if (goal !== undefined) choose(goal);
        else return;
        event.preventDefault();
      }}
    >
      <div ref={inner} class="inner">
        <div ref={lines} class="lines">
          {Array.from({ length: end - first }, (_, i) => first + i).map((index) => (
            <Line
              key={index}
              id={lineId(index)}
              entry={entry(index)}
              index={index}
              total={total}
              active={index === active}
              onChoose={(line) => {
                setChosen(index);
                onChoose(line);
              }}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

const lineId = (index: number): string => `line-${index}`;
