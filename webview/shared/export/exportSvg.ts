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
  const copy = figure.cloneNode(true) as SVGSVGElement;
  freezeStyle(figure, copy);
  const width = figure.width.baseVal.value + 2 * MARGIN_PX;
  const height = figure.height.baseVal.value + 2 * MARGIN_PX + TITLE_PX;
  copy.setAttribute('xmlns', SVG);
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  copy.setAttribute('viewBox', `${-MARGIN_PX} ${-MARGIN_PX - TITLE_PX} ${width} ${height}`);
  copy.prepend(paper(width, height), heading(title));
  return new XMLSerializer().serializeToString(copy);
}

function freezeStyle(from: Element, to: Element): void {
  const style = getComputedStyle(from);
  for (const property of PROPERTIES) to.setAttribute(property, plainColour(style.getPropertyValue(property)));
  for (const attribute of ['class', 'tabindex', 'role', 'data-item', 'data-event', 'aria-current', 'aria-hidden']) {
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

function heading(text: string): SVGElement {
  const style = getComputedStyle(document.body);
  const element = svgElement('text', { x: 0, y: -TITLE_PX + 10, fill: plainColour(style.color), 'font-size': '13px' });
  element.setAttribute('font-family', style.fontFamily);
  element.textContent = text;
  return element;
}

function svgElement(name: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}
