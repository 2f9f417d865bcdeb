import { html } from 'htm/preact';
import type { VNode } from 'preact';
import { formatWord } from '../pure/format.js';
import type { FilterName } from '../pure/url-state.js';
import { choose, urlState } from '../state/location.js';

interface FilterProps {
  readonly name: FilterName;
  readonly label: string;
}

interface ChoiceProps extends FilterProps {
  /** The values to choose from; several in one are separated by commas. */
  readonly values: readonly string[];
  /** True where values are words of the API; false where they are names. */
  readonly areWords?: boolean;
}

/** A list to choose one value from, or none. */
export function ChoiceFilter({ name, label, values, areWords = true }: ChoiceProps): VNode {
  const chosen = urlState.value[name] ?? '';
  const all = chosen === '' || values.includes(chosen) ? values : [...values, chosen];
  const show = (value: string): string => (areWords ? value.split(',').map(formatWord).join(' or ') : value);
  const change = (event: Event): void => {
    choose({ [name]: (event.currentTarget as HTMLSelectElement).value });
  };
  return html`<label class="filter">
    <span>${label}</span>
    <select name=${name} value=${chosen} onChange=${change}>
      <option value="">Any</option>
      ${all.map((value) => html`<option key=${value} value=${value} selected=${value === chosen}>${show(value)}</option>`)}
    </select>
  </label>`;
}

const TYPING_MS = 300;
const typing = new Map<FilterName, ReturnType<typeof setTimeout>>();
/** What is in the fields: the address has it without spaces around it. */
const typed = new Map<FilterName, string>();

/** A text to search for. What is typed in one go is one step for "back". */
export function TextFilter({ name, label }: FilterProps): VNode {
  const change = (event: Event): void => {
    const { value } = event.currentTarget as HTMLInputElement;
    typed.set(name, value);
    clearTimeout(typing.get(name));
    typing.set(
      name,
      setTimeout(() => {
        const text = value.trim();
        if (text === (urlState.peek()[name] ?? '')) return;
        choose({ [name]: text }, { replace: urlState.peek()[name] !== undefined });
      }, TYPING_MS),
    );
  };
  const chosen = urlState.value[name] ?? '';
  const text = typed.get(name) ?? '';
  return html`<label class="filter">
    <span>${label}</span>
    <input
      type="search"
      name=${name}
      value=${text.trim() === chosen ? text : chosen}
      onInput=${change}
      autocomplete="off"
    />
  </label>`;
}

/** A moment in the reader's time zone; the query has it in UTC. */
export function TimeFilter({ name, label }: FilterProps): VNode {
  const change = (event: Event): void => {
    const { value } = event.currentTarget as HTMLInputElement;
    const time = new Date(value);
    choose({ [name]: Number.isNaN(time.getTime()) ? null : time.toISOString() });
  };
  return html`<label class="filter">
    <span>${label}</span>
    <input type="datetime-local" name=${name} value=${localValue(urlState.value[name])} onChange=${change} />
  </label>`;
}

function localValue(time: string | undefined): string {
  const date = new Date(time ?? '');
  if (Number.isNaN(date.getTime())) return '';
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

interface ClearProps {
  readonly names: readonly FilterName[];
}

/** Takes all choices of a panel back; there only while there are any. */
export function ClearFilters({ names }: ClearProps): VNode | null {
  if (!names.some((name) => urlState.value[name] !== undefined)) return null;
  const clear = (): void => {
    choose(Object.fromEntries(names.map((name) => [name, null])));
  };
  return html`<button type="button" class="clear" onClick=${clear}>Clear filters</button>`;
}
