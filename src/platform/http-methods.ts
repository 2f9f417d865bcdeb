/** Of OpenTelemetry's semantic conventions. */
const KNOWN: ReadonlySet<string> = new Set([
  ...['CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', 'TRACE'],
]);

/** The method as metrics and spans tell it: `_OTHER` for any that is not known, since clients may make up as many as they like. */
export function toldMethod(method: string): string {
  return KNOWN.has(method) ? method : '_OTHER';
}
