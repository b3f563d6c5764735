/**
 * The listings as debug sources. Each recorded tick gets a source reference; the same tick keeps its reference as long
 * as its events stay the same, because clients keep what they have fetched by reference.
 */
import type { DebugProtocol } from '@vscode/debugprotocol';
import { LISTING_EXTENSION } from '../protocol/names';

interface Listing {
  reference: number;
  text: string;
  title: string;
}

/** Listings kept for clients that ask late; older ones are made again under a new reference. */
const KEPT = 256;

export class Listings {
  #byTick = new Map<number, Listing>();
  #byReference = new Map<number, Listing>();
  #next = 1;

  /** The source of a tick whose listing is `text` now. */
  source(tick: number, title: string, text: string): DebugProtocol.Source & { sourceReference: number } {
    let listing = this.#byTick.get(tick);
    if (listing?.text !== text) {
      listing = { reference: this.#next++, text, title };
      this.#byTick.set(tick, listing);
      this.#byReference.set(listing.reference, listing);
      this.#trim();
    }
    return this.#describe(tick, listing);
  }

  #describe(tick: number, listing: Listing): DebugProtocol.Source & { sourceReference: number } {
    const name = `tick ${tick}${LISTING_EXTENSION}`;
    return { name, path: name, sourceReference: listing.reference, origin: listing.title, presentationHint: 'normal' };
  }

  text(reference: number): string | undefined {
    return this.#byReference.get(reference)?.text;
  }

  /** The tick that a listing is of. */
  tickOf(reference: number): number | undefined {
    for (const [tick, listing] of this.#byTick) if (listing.reference === reference) return tick;
    return undefined;
  }

  all(): DebugProtocol.Source[] {
    return [...this.#byTick].map(([tick, listing]) => this.#describe(tick, listing));
  }

  #trim(): void {
    for (const [tick, listing] of this.#byTick) {
      if (this.#byTick.size <= KEPT) return;
      this.#byTick.delete(tick);
      this.#byReference.delete(listing.reference);
    }
  }
}
