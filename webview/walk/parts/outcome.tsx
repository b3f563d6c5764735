/** How the attempt ended: the fault that was raised, or the physical address. */
import type { ExitSummary, FaultSummary, TranslationResult } from '../../../src/protocol/walk';
import { TravelButtons } from './travelButtons';
import { useItem } from '../../picture/interaction';
import { groupHex, sizeText } from '../../shared/text';

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
          <div>
            <dt>CR2</dt>
            <dd>
              <code>{groupHex(fault.cr2)}</code>
            </dd>
          </div>
          <div>
            <dt>error code</dt>
            <dd>
              <code>{fault.errorCode}</code>
              {fault.errorBits.map((bit) => (
                <span key={bit} class="flag">
                  {bit}
                </span>
              ))}
            </dd>
          </div>
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
          <div>
            <dt>guest-physical</dt>
            <dd>
              <code>{groupHex(exit.guestPhysical)}</code>
            </dd>
          </div>
          {exit.qualification !== '' && (
            <div>
              <dt>exit qualification</dt>
              <dd>
                <code>{exit.qualification}</code>
                {exit.bits.map((bit) => (
                  <span key={bit} class="flag">
                    {bit}
                  </span>
                ))}
              </dd>
            </div>
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
          <div>
            <dt>{guestFrame === undefined ? 'frame' : 'host frame'}</dt>
            <dd>
              <code>{frame}</code>
            </dd>
          </div>
          {guestFrame !== undefined && (
            <div>
              <dt>guest frame</dt>
              <dd>
                <code>{guestFrame}</code>
              </dd>
            </div>
          )}
          <div>
            <dt>page</dt>
            <dd>{sizeText(pageSizeBytes)}</dd>
          </div>
          <div>
            <dt>rights</dt>
            <dd>
              <code>{rights}</code>
            </dd>
          </div>
          <div>
            <dt>whole access</dt>
            <dd>
              {references} {references === 1 ? 'reference' : 'references'}, {cycles} cycles
            </dd>
          </div>
        </dl>
      </div>
    </div>
  );
}
