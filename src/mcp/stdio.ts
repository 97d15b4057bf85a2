import type { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';

/** Serves one client on stdin and stdout; resolves when the client has closed either, or the signal is aborted. */
export async function serveStdio(server: McpServer, signal: AbortSignal): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    process.stdin.once('end', resolve);
    process.stdin.once('close', resolve);
    // A client that is gone may have closed only the pipe that it read from.
    process.stdout.once('error', () => resolve());
    signal.addEventListener('abort', () => process.stdin.destroy(), { once: true });
  });
  await server.connect(new StdioServerTransport());
  await closed;
  await server.close();
}
