/** The walk as a file: the figure as it looks, or the picture's data. */
import type { ExportFormat } from '../../src/protocol/viewMessages';
import type { WalkPicture } from '../../src/protocol/walk';
import { exportedSvg } from '../shared/export/exportSvg';

export function exported(format: ExportFormat, picture: WalkPicture): string {
  if (format !== 'svg') return JSON.stringify(picture, undefined, 2);
  const figure = document.querySelector<SVGSVGElement>('svg.figure');
  const { access, scheme } = picture;
  return figure ? exportedSvg(figure, `${access.title} at ${access.address}, ${scheme}`) : '';
}
