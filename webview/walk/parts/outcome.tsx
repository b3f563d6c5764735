/** How the attempt ended: the fault that was raised, or the physical address. */
import type { ComponentChildren } from 'preact';
import type { ExitSummary, FaultSummary, TranslationResult } from '../../../src/protocol/walk';
import { TravelButtons } from './travelButtons';
import { useItem } from '../../picture/interaction';
import { groupHex, sizeText } from '../../shared/text';

/** One row of a card. */
function Term({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Flags({ names }: { names: readonly string[] }) {
  return (
    <>
      {names.map((name) => (
        <span key={name} class="flag">
          {name}
        </span>
      ))}
    </>
  );
}

/** The buttons lie on the card and are no part of it: it is a button itself. */
export function FaultCard({ fault, travels }: { fault: FaultSummary; travels: boolean }) {
  return (
    <div class="withTravel">
      <FaultItem fault={fault} />
      {travels && fault.cr2 !== '' && <TravelButtons what="fault" of="this address" address={fault.cr2} />}
    </div>
  );
}

function FaultItem({ fault }: { fault: FaultSummary }) {
  return (
    <div {...useItem('fault', 'handle', 'outcome fault')}>
      <span class="marker" />
      <div class="outcomeBody">
        <p class="outcomeTitle">
          <strong>{fault.vector}</strong>
          {fault.kind && <span>{fault.kind}</span>}
        </p>
        <p class="explanation">{fault.explanation}</p>
        <dl class="registers">
          <Term name="CR2">
            <code>{groupHex(fault.cr2)}</code>
          </Term>
          <Term name="error code">
            <code>{fault.errorCode}</code>
            <Flags names={fault.errorBits} />
          </Term>
        </dl>
      </div>
    </div>
  );
}

export function ExitCard({ exit }: { exit: ExitSummary }) {
  return (
    <div {...useItem('exit', 'handle', 'outcome exit')}>
      <span class="marker" />
      <div class="outcomeBody">
        <p class="outcomeTitle">
          <strong>{exit.title}</strong>
          <span>VM exit</span>
        </p>
        <p class="explanation">{exit.explanation}</p>
        <dl class="registers">
          <Term name="guest-physical">
            <code>{groupHex(exit.guestPhysical)}</code>
          </Term>
          {exit.qualification !== '' && (
            <Term name="exit qualification">
              <code>{exit.qualification}</code>
              <Flags names={exit.bits} />
            </Term>
          )}
        </dl>
      </div>
    </div>
  );
}

export function ResultCard({ result }: { result: TranslationResult }) {
  const { physical, pageSizeBytes, frame, guestFrame, rights, from, references, cycles } = result;
  return (
    <div {...useItem('result', 'handle', 'outcome result')}>
      <span class="marker" />
      <div class="outcomeBody">
        <p class="outcomeTitle">
          <strong>{groupHex(physical)}</strong>
          <span>
            {guestFrame === undefined ? 'physical' : 'host-physical'} address, from {from}
          </span>
        </p>
        <dl class="registers">
          <Term name={guestFrame === undefined ? 'frame' : 'host frame'}>
            <code>{frame}</code>
          </Term>
          {guestFrame !== undefined && (
            <Term name="guest frame">
              <code>{guestFrame}</code>
            </Term>
          )}
          <Term name="page">{sizeText(pageSizeBytes)}</Term>
          <Term name="rights">
            <code>{rights}</code>
          </Term>
          <Term name="whole access">
            {references} {references === 1 ? 'reference' : 'references'}, {cycles} cycles
          </Term>
        </dl>
      </div>
    </div>
  );
}
