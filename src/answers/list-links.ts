import { serviceDescLink, type RequestTarget } from './service-desc-link.js';

/** The `Link` header of a list answer (RFC 8288). */
export function listLinks(target: RequestTarget, nextPageToken: string): string {
  const { originalUrl } = target;
  const mark = originalUrl.indexOf('?');
  const path = mark < 0 ? originalUrl : originalUrl.slice(0, mark);
  const parameters = new URLSearchParams(mark < 0 ? '' : originalUrl.slice(mark + 1));
  parameters.delete('pageToken');
  parameters.delete('page');
  const relations = [`<${locate(path, parameters)}>; rel="first"`, serviceDescLink(target)];
  if (nextPageToken !== '') {
    parameters.set('pageToken', nextPageToken);
    relations.unshift(`<${locate(path, parameters)}>; rel="next"`);
  }
  return relations.join(', ');
}

function locate(path: string, parameters: URLSearchParams): string {
  return parameters.size === 0 ? path : `${path}?${parameters.toString()}`;
}
