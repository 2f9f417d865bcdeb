import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { formatWord } from '../pure/format.js';
import { lookOf } from '../pure/looks.js';
import { Icon } from './icon.js';

/** A verdict, a status or a state: its word, with a shape and a colour. */
export function Word({ word }: { readonly word: string }): VNode {
  const { shape, tone } = lookOf(word);
  return html`<span class="word tone-${tone}"><${Icon} shape=${shape} />${formatWord(word)}</span>`;
}
