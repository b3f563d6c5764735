/** Words of a page of the paged store: the unit of touching, undoing and hashing; as long as a frame. */
export const PAGE_WORDS = 1024;
