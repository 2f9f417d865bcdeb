import { parse } from 'node:querystring';
import type { ParameterError } from './api-problem.js';

/** Where a parsed query keeps what is wrong with its encoding. No parameter has a symbol for a name. */
export const ENCODING_ERRORS = Symbol('encoding errors');

export interface ParsedQuery {
  readonly [name: string]: unknown;
  readonly [ENCODING_ERRORS]?: readonly ParameterError[];
}

/** Parses the query of a URL. What is not UTF-8, percent-encoded, would never be found: it is noted, for the routes to refuse. */
export function parseQuery(text: string): ParsedQuery {
  const query: ParsedQuery = parse(text, '&', '=', { maxKeys: 0 });
  return decoded(text) === null ? Object.assign(query, { [ENCODING_ERRORS]: encodingErrors(text) }) : query;
}

function encodingErrors(text: string): ParameterError[] {
  return text.split('&').flatMap((pair) => {
    const [name = ''] = pair.split('=', 1);
    const parameter = decoded(name.replaceAll('+', ' '));
    // What cannot be decoded is named as it was sent.
    if (parameter === null) return { parameter: name, detail: `the name ${NOT_UTF_8}` };
    return decoded(pair) === null ? { parameter, detail: `the value ${NOT_UTF_8}` } : [];
  });
}

const NOT_UTF_8 = 'is not UTF-8, percent-encoded; write ü as %C3%BC, for example, and a percent sign as %25';

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
