/** Places of the map (page numbers from the bottom of what is translated, protocol/map.ts) and page numbers of addresses. */
import { asVpn, PAGE_SHIFT, type Vpn } from '../../machine/core/addresses';
import { extendPage, isTranslatable, type PagingFormat } from '../../machine/paging/format';

/** How many places there are. */
export const placesIn = ({ addressBits }: PagingFormat): number => 2 ** (addressBits - PAGE_SHIFT);

/** Undefined of an address that the scheme does not translate. */
export const placeOf = (vpn: Vpn, format: PagingFormat): number | undefined =>
  isTranslatable(vpn, format) ? vpn % placesIn(format) : undefined;

export const vpnOfPlace = (place: number, format: PagingFormat): Vpn => extendPage(asVpn(place), format);
