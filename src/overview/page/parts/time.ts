import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { formatAge, formatTime } from '../pure/format.js';
import { now } from '../state/now.js';
import { timeZone } from '../state/store.js';

interface TimeProps {
  readonly time: string | null;
  /** What stands where there is no time. */
  readonly none?: string;
}

/** A moment in the reader's time zone; the tool tip has it in UTC. */
export function Time({ time, none = '–' }: TimeProps): VNode {
  if (time === null) return html`<span class="none">${none}</span>`;
  const text = formatTime(time, timeZone, now.peek().wallMs);
  return html`<time datetime=${time} title=${time}>${text}</time>`;
}

/** How long ago a moment was. */
export function Ago({ time, none = '–' }: TimeProps): VNode {
  if (time === null) return html`<span class="none">${none}</span>`;
  const seconds = (now.value.wallMs - Date.parse(time)) / 1000;
  const title = `${formatTime(time, timeZone, now.value.wallMs)} (${time})`;
  return html`<time datetime=${time} title=${title}>${formatAge(seconds)}</time>`;
}

const TIME = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

/** A sentence of the API, with the times in it in the reader's time zone. */
export function Sentence({ text }: { readonly text: string }): VNode {
  const pieces = text.split(TIME);
  return html`<span
    >${pieces.map((piece, index) => (index % 2 === 1 ? html`<${Time} time=${piece} />` : piece))}</span
  >`;
}
