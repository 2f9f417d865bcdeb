import { html } from 'htm/preact';
import { render } from 'preact';
import { Page } from './panels/page.js';
import { followHistory } from './state/location.js';
import { startClock } from './state/now.js';
import { startPolling } from './state/poll.js';
import { isStoreSettling } from './state/store.js';

const place = document.querySelector('#page');
if (place === null) throw new Error('The page has no place for its content.');
place.replaceChildren();
render(html`<${Page} />`, place);
followHistory();
startClock();
startPolling(isStoreSettling);
