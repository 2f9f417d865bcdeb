/** A time from one moment (inclusive) to another (exclusive), epoch milliseconds. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The same time as spans that neither overlap nor touch, oldest first. What these functions call spans is such a list. */
export function unionOf(spans: readonly Span[]): readonly Span[] {
  const union: Span[] = [];
  for (const span of [...spans].sort((one, other) => one.fromMs - other.fromMs)) {
    const last = union.at(-1);
    if (span.toMs <= span.fromMs) continue;
    if (last === undefined || last.toMs < span.fromMs) union.push(span);
    else if (last.toMs < span.toMs) union[union.length - 1] = { fromMs: last.fromMs, toMs: span.toMs };
  }
  return union;
}

/** The span that a moment is in; undefined where none is. */
export function spanAt(spans: readonly Span[], timeMs: number): Span | undefined {
  return spans.find(({ fromMs, toMs }) => fromMs <= timeMs && timeMs < toMs);
}

/** The latest moment from which on so much time outside the spans has passed by `timeMs`. */
export function startOf(durationMs: number, timeMs: number, spans: readonly Span[]): number {
  let [leftMs, endMs] = [durationMs, timeMs];
  for (const { fromMs, toMs } of spans.toReversed()) {
    if (fromMs >= endMs) continue;
    const outsideMs = Math.max(0, endMs - toMs);
    if (outsideMs >= leftMs) break;
    leftMs -= outsideMs;
    endMs = fromMs;
  }
  return endMs - leftMs;
}

/** The first moment by which so much time outside the spans has passed since `timeMs`. */
export function endOf(durationMs: number, timeMs: number, spans: readonly Span[]): number {
  let [leftMs, startMs] = [durationMs, timeMs];
  for (const { fromMs, toMs } of spans) {
    if (toMs <= startMs) continue;
    const outsideMs = Math.max(0, fromMs - startMs);
    if (outsideMs >= leftMs) break;
    leftMs -= outsideMs;
    startMs = toMs;
  }
  return startMs + leftMs;
}
