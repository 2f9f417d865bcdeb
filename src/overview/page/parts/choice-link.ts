import { html } from 'htm/preact';
import type { ComponentChildren, VNode } from 'preact';
import { addressAfter, choose, type Changes } from '../state/location.js';

interface ChoiceLinkProps {
  readonly changes: Changes;
  /** The id of the heading that the change is shown below. */
  readonly leadsTo?: string;
  readonly children?: ComponentChildren;
  readonly [attribute: string]: unknown;
}

/** What makes an `a` a link that changes what is chosen. It can be opened in a tab of its own. */
export function linkTo(
  changes: Changes,
  leadsTo?: string,
): {
  readonly href: string;
  readonly onClick: (event: MouseEvent) => void;
} {
  const onClick = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    choose(changes);
    if (leadsTo !== undefined) goTo(leadsTo);
  };
  return { href: addressAfter(changes), onClick };
}

/** A link that changes what is chosen. */
export function ChoiceLink({ changes, leadsTo, children, ...attributes }: ChoiceLinkProps): VNode {
  return html`<a ...${attributes} ...${linkTo(changes, leadsTo)}>${children}</a>`;
}

/** Brings a heading to the top of the window, and the focus to it. */
export function goTo(heading: string): void {
  const element = document.getElementById(heading);
  element?.scrollIntoView({ block: 'start' });
  element?.focus({ preventScroll: true });
}
