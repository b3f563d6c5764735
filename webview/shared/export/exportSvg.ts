/**
 * A figure as a file of its own. Its colours come from the editor's theme through style sheets, which a file has not:
 * what the browser computed is written into attributes.
 */
import { plainColour } from './colour';

const PROPERTIES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-linejoin',
  'stroke-linecap',
  'paint-order',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
  'display',
];

const MARGIN_PX = 16;
const TITLE_PX = 30;
const SVG = 'http://www.w3.org/2000/svg';

/** `title` stands above the figure. */
export function exportedSvg(figure: SVGSVGElement, title: string): string {
  return exportedSvgs([{ figure }], title);
}

/** Several figures one below the other, each with its own title. */
export function exportedSvgs(figures: readonly { figure: SVGSVGElement; title?: string }[], title: string): string {
  if (figures.length === 0) return '';
  const whole = svgElement('svg', {});
  let [below, widest] = [0, 0];
  for (const { figure, title: own } of figures) {
    const [width, height] = [figure.width.baseVal.value, figure.height.baseVal.value];
    const copy = figure.cloneNode(true) as SVGSVGElement;
    freezeStyle(figure, copy);
    if (own !== undefined) whole.append(heading(own, (below += TITLE_PX) - 10));
    for (const [name, value] of Object.entries({ x: 0, y: below, width, height }))
      copy.setAttribute(name, String(value));
    whole.append(copy);
    below += height + (own === undefined ? 0 : MARGIN_PX);
    widest = Math.max(widest, width);
  }
  const width = widest + 2 * MARGIN_PX;
  const height = below + 2 * MARGIN_PX + TITLE_PX;
  whole.setAttribute('xmlns', SVG);
  whole.setAttribute('width', String(width));
  whole.setAttribute('height', String(height));
  whole.setAttribute('viewBox', `${-MARGIN_PX} ${-MARGIN_PX - TITLE_PX} ${width} ${height}`);
  whole.prepend(paper(width, height), heading(title, -TITLE_PX + 10));
  return new XMLSerializer().serializeToString(whole);
}

function freezeStyle(from: Element, to: Element): void {
  const style = getComputedStyle(from);
  for (const property of PROPERTIES) to.setAttribute(property, plainColour(style.getPropertyValue(property)));
  for (const attribute of [
    'class',
    'tabindex',
    'role',
    'data-item',
    'data-event',
    'data-frame',
    'data-time',
    'aria-current',
    'aria-hidden',
  ]) {
    to.removeAttribute(attribute);
  }
  [...from.children].forEach((child, i) => {
    const twin = to.children[i];
    if (twin) freezeStyle(child, twin);
  });
}

function paper(width: number, height: number): SVGElement {
  const background = getComputedStyle(document.body).backgroundColor;
  const position = { x: -MARGIN_PX, y: -MARGIN_PX - TITLE_PX, width, height, fill: plainColour(background) };
  return svgElement('rect', position);
}

function heading(text: string, y: number): SVGElement {
  const style = getComputedStyle(document.body);
  const element = svgElement('text', { x: 0, y, fill: plainColour(style.color), 'font-size': '13px' });
  element.setAttribute('font-family', style.fontFamily);
  element.textContent = text;
  return element;
}

function svgElement(name: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}
