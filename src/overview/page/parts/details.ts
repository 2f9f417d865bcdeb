import { html } from 'htm/preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ComponentChildren, VNode } from 'preact';
import type { ApiError } from '../state/api.js';
import { Failure } from './panel.js';

interface DetailsProps {
  readonly title: string;
  readonly error: ApiError | null;
  readonly onClose: () => void;
  readonly children?: ComponentChildren;
}

/** Details over the page, why they cannot be had, or that they are on their way. Escape closes them, and the focus goes back to where it was. */
export function Details({ title, error, onClose, children }: DetailsProps): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const isThere = children !== false && children !== undefined && children !== null;
  const closeOutside = (event: MouseEvent): void => {
    if (event.target === dialog.current) onClose();
  };
  const cancel = (event: Event): void => {
    event.preventDefault();
    onClose();
  };
  return html`<dialog
    ref=${dialog}
    class="details"
    aria-labelledby="details-title"
    onCancel=${cancel}
    onClick=${closeOutside}
  >
    <div class="details-body">
      <div class="details-head">
        <h2 id="details-title" tabindex="-1">${title}</h2>
        <button type="button" class="close" onClick=${onClose}>Close</button>
      </div>
      ${error !== null && html`<${Failure} error=${error} />`}
      ${isThere || error !== null ? children : html`<p class="loading">Loading.</p>`}
    </div>
  </dialog>`;
}
