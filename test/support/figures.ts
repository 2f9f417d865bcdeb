/** True where tests run in full: longer, with more load, with bounds on time, and their figures printed. */
export const IN_FULL = [
  ...['EVERY_REPLICA_TEST', 'EVERY_FAULT_TEST', 'EVERY_LOAD_TEST', 'EVERY_SOAK_TEST'],
].some((name) => process.env[name] === '1');

type Row = Readonly<Record<string, string | number>>;

/** Prints a table to standard output, where tests run in full. */
export function printFigures(title: string, rows: readonly Row[]): void {
  if (!IN_FULL) return;
  const columns = Object.keys(rows[0] ?? {});
  const lines = [columns, ...rows.map((row) => columns.map((column) => shown(row[column])))];
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0)));
  const text = lines.map((line) =>
    line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  process.stdout.write(`\n${title}\n${text.map((line) => `  ${line}\n`).join('')}`);
}

function shown(value: string | number | undefined): string {
  if (typeof value !== 'number') return value ?? '';
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}
