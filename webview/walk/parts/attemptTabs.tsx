/** Two tries of one access: the walk that faulted, and the retry. */
import type { ComponentChildren } from 'preact';
import { Tabs } from '../../controls/controls';
import { attemptTitle, type Attempt } from '../../picture/model/attempts';

export interface AttemptTabsProps {
  attempts: Attempt[];
  active: number;
  onChange: (index: number) => void;
  children: ComponentChildren;
}

export function AttemptTabs({ attempts, active, onChange, children }: AttemptTabsProps) {
  if (attempts.length < 2) return <>{children}</>;
  const tabs = attempts.map((attempt, i) => ({ id: `attempt-${i}`, title: `${i + 1}  ${attemptTitle(attempt)}` }));
  return (
    <Tabs
      tabs={tabs}
      active={`attempt-${active}`}
      label="Attempts of this access"
      onChange={(id) => onChange(Number(id.slice('attempt-'.length)))}
    >
      {children}
    </Tabs>
  );
}
