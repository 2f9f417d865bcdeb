import { html } from 'htm/preact';
import type { ComponentChildren, VNode } from 'preact';
import { addressAfter, choose, type Changes } from '../state/location.js';

interface ChoiceLinkProps {
  readonly changes: Changes;
  readonly children?: ComponentChildren;
  readonly [attribute: string]: unknown;
}

/** What makes an `a` a link that changes what is chosen. It can be opened in a tab of its own. */
export function linkTo(changes: Changes): {
  readonly href: string;
  readonly onClick: (event: MouseEvent) => void;
} {
  const onClick = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    choose(changes);
  };
  return { href: addressAfter(changes), onClick };
}

/** A link that changes what is chosen. */
export function ChoiceLink({ changes, children, ...attributes }: ChoiceLinkProps): VNode {
  return html`<a ...${attributes} ...${linkTo(changes)}>${children}</a>`;
}
