import { posix } from 'node:path';
import { findCycles } from './cycles';
import { findImports, type ImportSite } from './imports';
import { ROOMS, type Room, SHARED_FILES } from './rooms';

/** One place where the code does not keep to the plan. */
export interface Violation {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

const EXTENSIONS = ['', '.ts', '.d.ts', '/index.ts'];

/** Holds sources against the table of rooms. `files` has the text of every file in `src` by its path in the checkout. */
export function findViolations(files: ReadonlyMap<string, string>): Violation[] {
  const violations: Violation[] = [];
  const graph = new Map<string, string[]>();
  const lines = new Map<string, number>();
  for (const [file, source] of files) {
    const targets: string[] = [];
    graph.set(file, targets);
    for (const site of findImports(file, source)) {
      const resolved = resolveImport(file, site, files);
      if (resolved !== undefined && files.has(resolved)) {
        targets.push(resolved);
        lines.set(`${file} ${resolved}`, site.line);
      }
      const message = judge(file, site, resolved);
      if (message !== undefined) {
        violations.push({ file, line: site.line, message });
      }
    }
  }
  for (const cycle of findCycles(graph)) {
    const [file = '', next = ''] = cycle;
    violations.push({ file, line: lines.get(`${file} ${next}`) ?? 1, message: `import cycle: ${cycle.join(' → ')}` });
  }
  return violations;
}

/** What is wrong with one import; undefined if nothing is. */
function judge(file: string, site: ImportSite, resolved: string | undefined): string | undefined {
  const from = roomOf(file);
  const room = ROOMS[from];
  if (room === undefined) {
    return `src/${from} is not a room of the plan`;
  }
  if (site.target === undefined) {
    return 'an import whose target is computed cannot be checked: write its target as text';
  }
  if (site.target === 'vscode' && room.vscode !== true) {
    const allowed = Object.keys(ROOMS).filter((name) => ROOMS[name]?.vscode === true);
    return `${from} → vscode is not allowed; only ${allowed.join(' and ')} may import vscode`;
  }
  if (resolved === undefined || SHARED_FILES.includes(resolved)) {
    return undefined;
  }
  if (!resolved.startsWith('src/')) {
    return `${from} → ${resolved} is not allowed: it is outside src`;
  }
  const to = roomOf(resolved);
  const allowed =
    to === from ||
    room.may.includes(to) ||
    (site.typeOnly && room.types?.includes(to) === true) ||
    room.exceptions?.some((exception) => resolved.startsWith(exception)) === true;
  return allowed ? undefined : `${from} → ${to} is not allowed; ${describeAllowed(from, room)}`;
}

function describeAllowed(name: string, room: Room): string {
  const allowed = [
    ...room.may,
    ...(room.types ?? []).map((each) => `${each} (types only)`),
    ...(room.exceptions ?? []),
    ...(room.vscode === true ? ['vscode'] : []),
  ];
  return `${name} may import ${allowed.length === 0 ? 'nothing of ours' : allowed.join(', ')}`;
}

/** `src/cache/keys.ts` is in the room `cache`; `src/runtime.ts` is a room of its own. */
function roomOf(file: string): string {
  return file.split('/')[1]?.replace(/(\.d)?\.ts$/, '') ?? '';
}

/** The path in the checkout that a relative import means; undefined for a package. */
function resolveImport(file: string, { target }: ImportSite, files: ReadonlyMap<string, string>): string | undefined {
  if (target === undefined || !/^\.{1,2}(\/|$)/.test(target)) {
    return undefined;
  }
  const path = posix.join(posix.dirname(file), target);
  const candidates = [...EXTENSIONS.map((extension) => path + extension), path.replace(/\.js$/, '.ts')];
  return candidates.find((candidate) => files.has(candidate)) ?? path;
}
