/** The Compare view: the same access on several schemes, walk beside walk, and the numbers of the runs up to it. */
import type { CompareProgress, CompareResponse } from '../../src/protocol/compare';
import { TextButton } from '../controls/controls';
import { ExportButton } from '../shared/exportButton';
import { useHost } from './host';
import { NumbersTable } from './parts/numbersTable';
import { SchemeCard } from './parts/schemeCard';

export interface AppProps {
  comparison: CompareResponse | undefined;
  live: boolean;
  working: boolean;
  progress: CompareProgress | undefined;
  refused: string | undefined;
  /** Of one card's picture. */
  figurePx: number;
}

export function App(props: AppProps) {
  const { comparison, live, working, refused } = props;
  if (comparison) return <CompareView {...props} comparison={comparison} />;
  return (
    <main class="empty">
      <p>
        {refused ??
          (working ? 'Running the same thing on other schemes…' : live ? 'Nothing to compare yet.' : 'No session.')}
      </p>
      <p class="hint">
        {live
          ? 'Every scheme is shown behind the access at which the debugger stands, as soon as it has got there.'
          : 'Start debugging a .ptscen file or a trace; then the command “Compare Schemes…” runs the same thing on others.'}
      </p>
      {working && <Progress {...props} />}
    </main>
  );
}

function CompareView(props: AppProps & { comparison: CompareResponse }) {
  const { comparison, live, working, refused, figurePx } = props;
  const { tick, title, columns, disagreements, edited } = comparison;
  const host = useHost();
  return (
    <main>
      <header class="header">
        <div class="titles">
          <h1>
            <span class="title">{title}</span>
          </h1>
          <ul class="facts">
            <li>behind tick {tick}</li>
            <li>{columns.length} schemes</li>
            {edited && <li>without the session’s edits: the program as it is written</li>}
            {comparison.outcome === 'cancelled' && <li class="ended">cancelled: not every scheme has got here</li>}
            {!live && <li class="ended">session ended</li>}
          </ul>
        </div>
        <TextButton label="Choose the schemes that are compared" onPress={() => host.post({ type: 'choose' })}>
          Schemes…
        </TextButton>
        <ExportButton onPress={() => host.post({ type: 'wantExport' })} />
      </header>
      {working && <Progress {...props} />}
      {refused !== undefined && <p class="refused">{refused}</p>}
      <Disagreements sentences={disagreements} complete={comparison.outcome === 'complete'} />
      <div class={`cards ${working ? 'stale' : ''}`}>
        {columns.map((column) => (
          <SchemeCard key={column.scheme} column={column} first={columns[0]} width={figurePx} />
        ))}
      </div>
      <NumbersTable comparison={comparison} />
    </main>
  );
}

function Progress({ progress }: AppProps) {
  const host = useHost();
  const share = progress?.done === undefined ? '' : ` (${Math.floor(100 * progress.done)} %)`;
  return (
    <p class="progress" role="status">
      <span>{progress ? `${progress.scheme}: ${progress.text}${share}` : 'Following the session…'}</span>
      <progress max={1} value={progress?.done} aria-label="Share of the way to the session’s place" />
      <TextButton label="Do not wait for the other schemes" onPress={() => host.post({ type: 'cancel' })}>
        Cancel
      </TextButton>
    </p>
  );
}

function Disagreements({ sentences, complete }: { sentences: readonly string[]; complete: boolean }) {
  if (sentences.length === 0)
    return complete ? (
      <p class="agree">
        <span class="sign" aria-hidden="true">
          ✓
        </span>
        The schemes agree on what the program sees: its accesses, its faults, its pages.
      </p>
    ) : null;
  return (
    <div class="disagree" role="note" aria-label="Where the schemes disagree">
      {sentences.map((sentence) => (
        <p key={sentence}>
          <span class="sign" aria-hidden="true">
            ≠
          </span>
          {sentence}
        </p>
      ))}
    </div>
  );
}
