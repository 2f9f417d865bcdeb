/** The JSON value that a body spells; undefined when it spells none, an HTML page for one. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
