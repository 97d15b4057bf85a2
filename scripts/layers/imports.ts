import { parseSync, Visitor } from 'oxc-parser';

/** One place in a file that names another module. */
export interface ImportSite {
  /** Undefined if it is computed. */
  readonly target: string | undefined;
  readonly line: number;
  /** Whether nothing of it is left at run time. */
  readonly typeOnly: boolean;
}

/** Every import of a file: static, re-export, dynamic, `require`, and in a type. */
export function findImports(file: string, source: string): ImportSite[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) {
    throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`);
  }
  const sites: ImportSite[] = [];
  const add = (target: string | undefined, offset: number, typeOnly: boolean) => {
    sites.push({ target, line: source.slice(0, offset).split('\n').length, typeOnly });
  };
  new Visitor({
    ImportDeclaration: (node) => add(node.source.value, node.start, node.importKind === 'type'),
    ExportAllDeclaration: (node) => add(node.source.value, node.start, node.exportKind === 'type'),
    ExportNamedDeclaration(node) {
      if (node.source !== null) {
        add(node.source.value, node.start, node.exportKind === 'type');
      }
    },
    ImportExpression: (node) => add(literalText(node.source), node.start, false),
    TSImportType: (node) => add(node.source.value, node.start, true),
    TSExternalModuleReference: (node) => add(literalText(node.expression), node.start, false),
    CallExpression(node) {
      if (node.callee.type === 'Identifier' && node.callee.name === 'require') {
        add(literalText(node.arguments[0]), node.start, false);
      }
    },
  }).visit(program);
  return sites.sort((a, b) => a.line - b.line);
}

function literalText(node: { type: string; value?: unknown } | undefined): string | undefined {
  return node?.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}
