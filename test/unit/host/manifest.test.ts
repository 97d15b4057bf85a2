import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  BENCHMARK_PANEL,
  COMMANDS,
  CONTEXT_KEYS,
  CONTEXT_VALUES,
  DASHBOARD_PANEL,
  MCP_PROVIDER,
  SETTINGS,
  SETTINGS_SECTION,
  VIEW_CONTAINER,
  VIEWS,
} from '../../../src/host/ids';

interface Menu {
  readonly command: string;
  readonly when?: string;
}

interface View {
  readonly id: string;
  readonly type?: string;
  readonly visibility?: string;
}

interface Manifest {
  readonly engines: { readonly vscode: string };
  readonly main: string;
  readonly icon: string;
  readonly activationEvents: readonly string[];
  readonly extensionKind: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly capabilities: {
    readonly virtualWorkspaces: { readonly supported: boolean };
    readonly untrustedWorkspaces: { readonly supported: string; readonly restrictedConfigurations: readonly string[] };
  };
  readonly contributes: {
    readonly viewsContainers: { readonly activitybar: readonly { readonly id: string; readonly icon: string }[] };
    readonly views: Readonly<Record<string, readonly View[]>>;
    readonly viewsWelcome: readonly { readonly view: string; readonly contents: string; readonly when: string }[];
    readonly commands: readonly { readonly command: string; readonly title: string; readonly category: string }[];
    readonly menus: Readonly<Record<string, readonly Menu[]>>;
    readonly mcpServerDefinitionProviders: readonly { readonly id: string; readonly label: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly scope: string }>> };
  };
}

const root = join(import.meta.dirname, '../../..');
const text = readFileSync(join(root, 'package.json'), 'utf8');
const manifest = JSON.parse(text) as Manifest;
const { contributes } = manifest;

function sorted(items: Iterable<string>): string[] {
  return [...items].sort();
}

describe('package.json and the code', () => {
  it('have the same commands', () => {
    expect(sorted(contributes.commands.map(({ command }) => command))).toEqual(sorted(Object.values(COMMANDS)));
    expect(new Set(contributes.commands.map(({ category }) => category))).toEqual(new Set(['Fleet Cache']));
  });

  it('have the same views and container', () => {
    expect(contributes.viewsContainers.activitybar.map(({ id }) => id)).toEqual([VIEW_CONTAINER]);
    const views = Object.values(contributes.views).flat();
    expect(sorted(views.map(({ id }) => id))).toEqual(sorted(Object.values(VIEWS)));
  });

  it('have a dashboard below the miners that costs nothing until it is opened, and a tab that comes back', () => {
    const views = contributes.views[VIEW_CONTAINER] ?? [];
    expect(views[0]).toMatchObject({ id: VIEWS.miners });
    expect(views).toContainEqual(
      expect.objectContaining({ id: VIEWS.dashboard, type: 'webview', visibility: 'collapsed' }),
    );
    expect(manifest.activationEvents).toContain(`onWebviewPanel:${DASHBOARD_PANEL}`);
    expect(manifest.activationEvents).toContain(`onWebviewPanel:${BENCHMARK_PANEL}`);
    expect(contributes.menus['view/title']).toContainEqual(
      expect.objectContaining({ command: COMMANDS.openDashboard, group: expect.stringMatching(/^navigation/) }),
    );
  });

  it('have the same settings, all of them restricted in an untrusted workspace', () => {
    const settings = Object.values(SETTINGS).map((name) => `${SETTINGS_SECTION}.${name}`);
    expect(sorted(Object.keys(contributes.configuration.properties))).toEqual(sorted(settings));
    expect(sorted(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations)).toEqual(sorted(settings));
  });

  it('have the same MCP server, whose settings no workspace sets', () => {
    expect(contributes.mcpServerDefinitionProviders).toEqual([{ id: MCP_PROVIDER, label: 'Fleet Cache' }]);
    const settings = Object.entries(contributes.configuration.properties).filter(([name]) => name.includes('.mcp.'));
    expect(settings.map(([, { scope }]) => scope)).toEqual(['machine', 'machine', 'machine']);
  });

  it('use no command, view or context key that does not exist', () => {
    const known = new Set<string>([
      ...Object.values(COMMANDS),
      ...Object.values(VIEWS),
      ...Object.values(CONTEXT_KEYS),
      ...Object.keys(contributes.configuration.properties),
    ]);
    const conditions = [...Object.values(contributes.menus).flat(), ...contributes.viewsWelcome].map(
      ({ when }) => when,
    );
    const commands = Object.values(contributes.menus)
      .flat()
      .map(({ command }) => command);
    const links = contributes.viewsWelcome.flatMap(({ contents }) => contents.match(/fleetCache\.\w+(?=\))/g) ?? []);
    const viewItems = /viewItem =~ \S+/g;
    const keys = conditions.flatMap((when) => when?.replace(viewItems, '').match(/fleetCache\.\w+/g) ?? []);
    for (const id of [...commands, ...links, ...keys]) {
      expect(known, id).toContain(id);
    }
  });

  it('match tree items by values that the code sets', () => {
    const patterns = text.match(/viewItem =~ \/\^fleetCache\\\\\.\(([\w|]+)\)\$\//g) ?? [];
    expect(patterns.length).toBeGreaterThan(0);
    const values = new Set<string>(Object.values(CONTEXT_VALUES));
    for (const name of patterns.flatMap((pattern) => /\(([\w|]+)\)/.exec(pattern)?.[1]?.split('|') ?? [])) {
      expect(values).toContain(`fleetCache.${name}`);
    }
  });

  it('name ids in one place only', () => {
    const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    );
    const offenders = files.filter((name) => {
      const isIdList = name === join('host', 'ids.ts');
      return (
        !isIdList &&
        /'fleetCache\.(?!inventory'|hitRatio'|storedSecrets')/.test(readFileSync(join(root, 'src', name), 'utf8'))
      );
    });
    expect(offenders).toEqual([]);
  });

  it('point to files that are there', () => {
    for (const path of [manifest.icon, ...contributes.viewsContainers.activitybar.map(({ icon }) => icon)]) {
      expect(existsSync(join(root, path)), path).toBe(true);
    }
    expect(manifest.main).toBe('./dist/extension.js');
  });

  it('promise what the design does', () => {
    expect(manifest.engines.vscode).toBe('^1.101.0');
    expect(manifest.extensionKind).toEqual(['workspace']);
    expect(manifest.capabilities.virtualWorkspaces.supported).toBe(false);
    expect(manifest.capabilities.untrustedWorkspaces.supported).toBe('limited');
  });
});
