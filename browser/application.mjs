// An application that somebody signs in to.
import { createServer } from 'node:http';

/**
 * It says that somebody is back, or leads them on, and remembers the forms that came.
 * @param {string} [onward] Where it leads whoever comes with an answer.
 */
export async function listen(onward) {
  /** @type {URLSearchParams[]} */
  const forms = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const part of request) body += part;
    if (body) forms.push(new URLSearchParams(body));
    if (onward && request.url?.startsWith('/callback')) return void response.writeHead(303, { location: onward }).end();
    response.setHeader('content-type', 'text/html').end('<!doctype html><link rel="icon" href="data:,"><h1>Back</h1>');
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(undefined)); });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { forms, callback: `http://localhost:${port}/callback`, close: () => { server.closeAllConnections(); server.close(); } };
}
