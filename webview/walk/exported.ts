/** The walk as a file: the figure and the kicks behind it as they look, or the picture's data. */
import type { ExportFormat } from '../../src/protocol/viewMessages';
import type { WalkPicture } from '../../src/protocol/walk';
import { exportedSvgs } from '../shared/export/exportSvg';

export function exported(format: ExportFormat, picture: WalkPicture): string {
  if (format !== 'svg') return JSON.stringify(picture, undefined, 2);
  const figure = document.querySelector<SVGSVGElement>('svg.figure');
  const { access, scheme } = picture;
  const kicks = [...document.querySelectorAll<SVGSVGElement>('svg.kickFigure')].map((each) => ({
    figure: each,
    title: [...(each.closest('section')?.querySelector('h2')?.childNodes ?? [])].map((n) => n.textContent).join(': '),
  }));
  return figure ? exportedSvgs([{ figure }, ...kicks], `${access.title} at ${access.address}, ${scheme}`) : '';
}
