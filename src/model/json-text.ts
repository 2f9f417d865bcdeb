/**
 * A JSON object or list as the text that was received for it, without line breaks. Rows are kept so: a text takes a
 * fraction of the memory of what it spells, and nothing of it is lost, be it the digits of a long number, the order of
 * fields or a field that is there twice.
 */
export class JsonText {
  readonly text: string;

  /** The text must be JSON. */
  constructor(text: string) {
    // Strings hold no line breaks as they are.
    this.text = /[\r\n]/.test(text) ? text.replace(/[ \t]*[\r\n]\s*/g, '') : text;
  }

  /** What the text spells, made anew at each call. A number that a double cannot hold is the string of its digits. */
  read(): unknown {
    return JSON.parse(
      MAYBE_LONG.test(this.text) ? this.text.replace(TOKEN, quotedIfLong) : this.text,
    ) as unknown;
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

/** The JSON of a record: that which was received, where that is known. */
export function jsonOf(record: object): string {
  return record instanceof JsonText ? record.text : JSON.stringify(record);
}

/** In most rows nothing matches; what does in a string is told from a number afterwards. */
const MAYBE_LONG = /[\d.]{16}|\d[eE]\+?\d{3}/;
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*/g;
/** What it takes at the most to write a double so that it is read as the same. */
const MOST_DIGITS = 17;

function quotedIfLong(token: string): string {
  return token.startsWith('"') || isHeld(token) ? token : `"${token}"`;
}

function isHeld(token: string): boolean {
  const number = Number(token);
  if (/^-?\d+$/.test(token)) return Number.isSafeInteger(number);
  const digits = token
    .replace(/[eE].*$/, '')
    .replace(/\D/g, '')
    .replace(/^0+/, '');
  return Number.isFinite(number) && digits.length <= MOST_DIGITS;
}
