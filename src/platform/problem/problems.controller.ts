import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { ApiProblem, PROBLEMS, type ProblemSlug } from '@/model/api-problem.js';

/** The page behind each problem type. */
@ApiExcludeController()
@Controller('problems')
export class ProblemsController {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  index(): string {
    const items = Object.entries(PROBLEMS).map(
      ([slug, { title }]) => `<li><a href="/problems/${slug}">${slug}</a>: ${title}</li>`,
    );
    return page('Problems', `<ul>${items.join('')}</ul>`);
  }

  @Get(':slug')
  @Header('content-type', 'text/html; charset=utf-8')
  show(@Param('slug') slug: string): string {
    if (!isSlug(slug)) throw new ApiProblem('not-found', 'There is no such problem.');
    const { title, status, meaning } = PROBLEMS[slug];
    const text = meaning.replaceAll(/`([^`]+)`/g, '<code>$1</code>');
    return page(
      title,
      `<p>${text}</p><p>HTTP status: ${status}</p><p><a href="/problems">All problems</a></p>`,
    );
  }
}

function isSlug(text: string): text is ProblemSlug {
  return Object.hasOwn(PROBLEMS, text);
}

function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}</html>\n`;
}
