/**
 * Standard controls. The only module that knows the webview UI toolkit, whose upstream is archived: a successor
 * replaces it here and nowhere else.
 */
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodePanels,
  vsCodePanelTab,
  vsCodePanelView,
} from '@vscode/webview-ui-toolkit';
import { useEffect, useRef } from 'preact/hooks';
import type { ComponentChildren, HTMLAttributes, JSX } from 'preact';

declare module 'preact' {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the way to name custom elements in JSX
  namespace JSX {
    interface IntrinsicElements {
      'vscode-button': HTMLAttributes<HTMLElement> & { appearance?: string };
      'vscode-checkbox': HTMLAttributes<HTMLElement> & { checked?: boolean };
      'vscode-dropdown': HTMLAttributes<HTMLElement> & { value?: string };
      'vscode-option': HTMLAttributes<HTMLElement> & { value?: string; selected?: boolean };
      'vscode-panels': HTMLAttributes<HTMLElement> & { activeid?: string };
      'vscode-panel-tab': HTMLAttributes<HTMLElement>;
      'vscode-panel-view': HTMLAttributes<HTMLElement>;
    }
  }
}

export function registerControls(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeCheckbox(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodePanels(),
    vsCodePanelTab(),
    vsCodePanelView(),
  );
}

export interface ButtonProps {
  label: string;
  onPress: () => void;
  children: ComponentChildren;
}

/** A small button that shows an icon; its label is its tooltip and its accessible name. */
export function IconButton({ label, onPress, children }: ButtonProps): JSX.Element {
  return (
    <vscode-button appearance="icon" aria-label={label} title={label} onClick={onPress}>
      {children}
    </vscode-button>
  );
}

/** A button with a word on it. */
export function TextButton({ label, onPress, children }: ButtonProps): JSX.Element {
  return (
    <vscode-button appearance="secondary" aria-label={label} title={label} onClick={onPress}>
      {children}
    </vscode-button>
  );
}

export interface CheckboxProps {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}

export function Checkbox({ label, checked, onChange }: CheckboxProps): JSX.Element {
  return (
    <vscode-checkbox
      checked={checked}
      onChange={(event: Event) => {
        const now = (event.currentTarget as HTMLElement & { checked: boolean }).checked;
        // The toolkit also tells of what it has just been told.
        if (now !== checked) onChange(now);
      }}
    >
      {label}
    </vscode-checkbox>
  );
}

export interface DropdownProps {
  label: string;
  options: readonly { id: string; title: string }[];
  chosen: string;
  onChange: (id: string) => void;
}

export function Dropdown({ label, options, chosen, onChange }: DropdownProps): JSX.Element {
  const dropdown = useRef<HTMLElement & { value?: string }>(null);
  // As with tabs: the toolkit forgets a value that it is told before it has found the option.
  useEffect(() => {
    if (dropdown.current && dropdown.current.value !== chosen) dropdown.current.value = chosen;
  });
  return (
    <vscode-dropdown
      ref={dropdown}
      aria-label={label}
      title={label}
      onChange={(event: Event) => {
        const { value } = event.currentTarget as HTMLElement & { value: string };
        if (value !== chosen) onChange(value);
      }}
    >
      {options.map(({ id, title }) => (
        <vscode-option key={id} value={id}>
          {title}
        </vscode-option>
      ))}
    </vscode-dropdown>
  );
}

export interface TabsProps {
  /** Ids are stable; titles are what is shown. */
  tabs: { id: string; title: string }[];
  active: string;
  label: string;
  onChange: (id: string) => void;
  /** What the active tab shows. */
  children: ComponentChildren;
}

/** The toolkit works only with one panel a tab; those of inactive tabs stay empty. */
export function Tabs({ tabs, active, label, onChange, children }: TabsProps): JSX.Element {
  const panels = useRef<HTMLElement & { activeid?: string }>(null);
  // The toolkit falls back to its first tab if it is told of a tab before it has found it in its slot.
  useEffect(() => {
    if (panels.current && panels.current.activeid !== active) panels.current.activeid = active;
  });
  // Where tabs are more than have room, the active one is to be seen.
  useEffect(() => {
    const row = panels.current?.shadowRoot?.querySelector('[part=tablist]');
    const tab = document.getElementById(active);
    if (!row || !tab) return;
    const [left, right] = [tab.offsetLeft, tab.offsetLeft + tab.offsetWidth];
    if (left < row.scrollLeft || right > row.scrollLeft + row.clientWidth) row.scrollLeft = right - row.clientWidth;
  }, [active]);
  return (
    <vscode-panels
      key={tabs.length}
      ref={panels}
      activeid={active}
      aria-label={label}
      onChange={(event: Event) => {
        // What is on a tab tells of its own changes, too.
        if (event.target !== event.currentTarget) return;
        // The attribute follows later; the event carries the tab.
        const { id } = (event as CustomEvent<HTMLElement>).detail;
        if (id !== active) onChange(id);
      }}
    >
      {tabs.map(({ id, title }) => (
        <vscode-panel-tab key={id} id={id}>
          {title}
        </vscode-panel-tab>
      ))}
      {tabs.map(({ id }) => (
        <vscode-panel-view key={id} id={`${id}-panel`}>
          {id === active && children}
        </vscode-panel-view>
      ))}
    </vscode-panels>
  );
}
