import * as vscode from 'vscode';
import { ENTRY_SCHEME } from '../ids';
import { AGENT_WAYS, type AgentWay, type ConnectionFacts, guideText } from '../mcp/agents';
import type { DocumentKind } from './virtualDocuments';

const FOLDER = '/agents/';

/** Read-only documents that say how agents outside of VS Code are connected. They hold no token. */
export class AgentGuides implements DocumentKind {
  private readonly changes = new vscode.EventEmitter<vscode.Uri>();

  readonly onDidChange = this.changes.event;

  constructor(private readonly facts: () => Promise<ConnectionFacts>) {}

  owns({ scheme, path }: vscode.Uri): boolean {
    return scheme === ENTRY_SCHEME && path.startsWith(FOLDER);
  }

  async provideTextDocumentContent({ query }: vscode.Uri): Promise<string> {
    const way = AGENT_WAYS.find(({ id }) => id === query);
    return way === undefined ? 'There is no such agent.\n' : guideText(way, await this.facts());
  }

  /** Shows how an agent is connected; what is shown already is made anew. */
  async show({ id, label }: AgentWay): Promise<void> {
    const uri = vscode.Uri.from({ scheme: ENTRY_SCHEME, path: `${FOLDER}Connect ${label}.md`, query: id });
    this.changes.fire(uri);
    await vscode.window.showTextDocument(uri, { preview: true });
  }

  dispose(): void {
    this.changes.dispose();
  }
}
