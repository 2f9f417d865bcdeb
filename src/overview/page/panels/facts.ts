import { html } from 'htm/preact';
import type { ComponentChildren, VNode } from 'preact';

/** A name and what stands beside it; null leaves it out. */
export type Fact = readonly [name: string, value: ComponentChildren];

/** A list of names and values; what is null is left out. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }): VNode {
  const known = facts.filter(([, value]) => value !== null && value !== undefined);
  return html`<dl class="facts">
    ${known.map(
      ([name, value]) =>
        html`<div key=${name}>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}
