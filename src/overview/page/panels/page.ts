import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { KeyForm, keyWanted } from '../parts/key-form.js';
import { urlState } from '../state/location.js';
import { store } from '../state/store.js';
import { FailuresPanel } from './failures.js';
import { Header } from './header.js';
import { PartialNotice } from './partial-notice.js';
import { ProtectionPanel } from './protection.js';
import { ResourceDetails } from './resource-details.js';
import { ResourcesPanel } from './resources.js';
import { RunningPanel } from './running.js';
import { SourcesPanel } from './sources.js';
import { TaskDetails } from './task-details.js';
import { TasksPanel } from './tasks.js';

/** The whole page; a form for the key where nothing can be read without one. */
export function Page(): VNode {
  const isKeyNeeded = store.protection.error.value?.status === 401;
  return html`<${Header} />
    <main>
      ${isKeyNeeded || keyWanted.value ? html`<${KeyForm} />` : null}
      ${isKeyNeeded ? null : html`<${Panels} />`}
    </main>`;
}

function Panels(): VNode {
  const { task, resource } = urlState.value;
  return html`<${PartialNotice} />
    <${ProtectionPanel} />
    <${ResourcesPanel} />
    <div class="beside">
      <div class="stacked">
        <${FailuresPanel} />
        <${SourcesPanel} />
      </div>
      <${RunningPanel} />
    </div>
    <${TasksPanel} />
    ${resource !== undefined && task === undefined && html`<${ResourceDetails} />`}
    ${task !== undefined && html`<${TaskDetails} />`}`;
}
