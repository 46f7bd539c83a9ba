// An application that somebody signs in to.
import { createServer } from 'node:http';

/** It says that somebody is back. */
export async function listen() {
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<!doctype html><link rel="icon" href="data:,"><h1>Back</h1>'));
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', () => resolve(undefined)); });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { callback: `http://localhost:${port}/callback`, close: () => { server.closeAllConnections(); server.close(); } };
}
