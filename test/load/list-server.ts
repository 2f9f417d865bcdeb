import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An upstream that answers each path with the same JSON text, whoever asks. */
export class ListServer {
  private constructor(private readonly server: Server) {}

  /** `answerTo` answers the JSON text of a path; null is a 404. */
  static async start(answerTo: (path: string) => string | null): Promise<ListServer> {
    const server = createServer((request, answer) => {
      const text = answerTo((request.url ?? '').replace(/\?.*$/s, ''));
      answer.writeHead(text === null ? 404 : 200, { 'content-type': 'application/json' });
      answer.end(text ?? '{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new ListServer(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
