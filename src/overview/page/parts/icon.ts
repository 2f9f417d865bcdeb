import { html } from 'htm/preact';
import type { VNode } from 'preact';
import type { Shape } from '../pure/looks.js';

/** Drawn in a square of 16, with strokes in the colour of the text. */
const PATHS: Readonly<Record<Shape, string>> = {
  check: 'M3 8.5 6.5 12 13 4.5',
  cross: 'M4 4l8 8M12 4l-8 8',
  question: 'M5.5 6a2.5 2.5 0 1 1 3.7 2.2c-.8.5-1.2 1-1.2 1.8M8 12.6v.2',
  dash: 'M3.5 8h9',
  warning: 'M8 2.5 14.5 13.5h-13zM8 7v3M8 11.8v.1',
  play: 'M5 3.5v9L12.5 8z',
  clock: 'M8 2a6 6 0 1 0 .01 0M8 5v3.5L10.5 10',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  dots: 'M3 8h.1M8 8h.1M13 8h.1',
};

/** A shape beside a word that says the same. */
export function Icon({ shape }: { readonly shape: Shape }): VNode {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
    <path d=${PATHS[shape]} />
  </svg>`;
}
