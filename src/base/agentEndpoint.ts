/** Where agents outside of VS Code reach the MCP server of its windows, and with which token: a file that windows write. */
export interface AgentEndpoint {
  /** `http://127.0.0.1:PORT/mcp` */
  readonly url: string;
  /** A secret. */
  readonly token: string;
}

export const ENDPOINT_FILE = 'endpoint.json';

/** Of the file's form, so that a bridge that was copied earlier can tell that it is too old. */
export const ENDPOINT_VERSION = 1;

/** @param endpoint what the file is to say. */
export function endpointText({ url, token }: AgentEndpoint): string {
  return `${JSON.stringify({ version: ENDPOINT_VERSION, url, token }, undefined, 2)}\n`;
}
