/** What entries on the path of a walk give to the translation at its end, for walkers. */
export { combined, leafFlags, PATH_RIGHTS } from '../../mmu/entry';
