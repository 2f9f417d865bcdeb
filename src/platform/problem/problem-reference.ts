import { PROBLEMS } from './api-problem.js';

/** Every kind of error answer in Markdown, by status: what it means, and what to do. Its page at the gateway says the same. */
export function problemReference(): string {
  const byStatus = Object.entries(PROBLEMS).sort(([, a], [, b]) => a.status - b.status);
  const parts = byStatus.map(
    ([slug, { status, title, meaning }]) => `## ${slug}\n\n**${status}: ${title}.** ${meaning}\n`,
  );
  return parts.join('\n');
}
