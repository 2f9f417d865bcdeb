/** What is used of the package, which has no types of its own. */
declare module 'negotiator' {
  class Negotiator {
    constructor(request: { readonly headers: Readonly<Record<string, string>> });

    /** Those of the available codings that the request accepts, by quality; of equal ones the preferred come first. */
    encodings<T extends string>(available: readonly T[], options: { readonly preferred: readonly T[] }): T[];
  }

  export { Negotiator as default };
}
