/**
 * An element of a list, an object or a list itself, as the JSON text that was received for it. Rows are kept so until
 * they are looked at: a text takes a fraction of the memory of what it spells.
 */
export class JsonText {
  /** The text must be JSON. */
  constructor(readonly text: string) {}

  /** What the text spells, made anew at each call. */
  read(): unknown {
    return JSON.parse(this.text) as unknown;
  }

  /** So that `JSON.stringify` writes what the text spells. */
  toJSON(): unknown {
    return this.read();
  }
}

/** What a value spells where it is a text still, else the value. */
export function readJson(value: unknown): unknown {
  return value instanceof JsonText ? value.read() : value;
}
