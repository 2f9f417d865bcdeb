/** The `Link` header of a list answer (RFC 8288). `url` is the request's own path and query. */
export function links(url: string, nextPageToken: string): string {
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const parameters = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
  parameters.delete('pageToken');
  parameters.delete('page');
  const relations = [`<${locate(path, parameters)}>; rel="first"`, '</openapi.json>; rel="service-desc"'];
  if (nextPageToken !== '') {
    parameters.set('pageToken', nextPageToken);
    relations.unshift(`<${locate(path, parameters)}>; rel="next"`);
  }
  return relations.join(', ');
}

function locate(path: string, parameters: URLSearchParams): string {
  return parameters.size === 0 ? path : `${path}?${parameters.toString()}`;
}
