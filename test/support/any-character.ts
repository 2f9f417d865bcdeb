import fc from 'fast-check';

/** Any code point but halves of surrogate pairs. fast-check's own unit `binary` takes seconds to build. */
export const ANY_CHARACTER: fc.Arbitrary<string> = fc
  .oneof(fc.nat(0x7f), fc.nat(0x10ffff))
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code), codeOf);

function codeOf(text: unknown): number {
  const code = typeof text === 'string' ? text.codePointAt(0) : undefined;
  if (code === undefined || String.fromCodePoint(code) !== text) throw new TypeError('not one character');
  return code;
}
