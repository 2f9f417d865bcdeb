import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { NeedsScope } from '@/access/route/needs-scope.js';
import { ApiProblem, PROBLEMS, type ProblemSlug } from './api-problem.js';
import { htmlPage, PAGE_POLICY } from '../pages/html-page.js';

/** The page behind each problem type. */
@ApiExcludeController()
@Controller('problems')
export class ProblemsController {
  @Get()
  @NeedsScope('none')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', PAGE_POLICY)
  index(): string {
    const items = Object.entries(PROBLEMS).map(
      ([slug, { title }]) => `<li><a href="problems/${slug}">${slug}</a>: ${title}</li>`,
    );
    return htmlPage({ title: 'Problems', root: '', body: `<ul>${items.join('\n')}</ul>` });
  }

  @Get(':slug')
  @NeedsScope('none')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', PAGE_POLICY)
  show(@Param('slug') slug: string): string {
    if (!isSlug(slug)) throw new ApiProblem('not-found', 'There is no such problem.');
    const { title, status, meaning } = PROBLEMS[slug];
    const text = meaning.replaceAll(/`([^`]+)`/g, '<code>$1</code>');
    const body = `<p>${text}</p>
<p>HTTP status: ${status}</p>
<p><a href="../problems">All problems</a></p>`;
    return htmlPage({ title, root: '../', body });
  }
}

function isSlug(text: string): text is ProblemSlug {
  return Object.hasOwn(PROBLEMS, text);
}
