/** An entry of npm's lock file, as far as it matters here. */
interface LockEntry {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

/** npm's lock file. */
export interface LockFile {
  packages: Record<string, LockEntry>;
}

/** A package for some system that the lock file lacks. */
export interface MissingPackage {
  readonly name: string;
  readonly version: string;
  /** The path of the package that wants it. */
  readonly wantedBy: string;
}

const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const PROCESSORS = ['arm64', 'arm', 'ia32', 'ppc64', 'riscv64', 's390x', 'x64'];

/**
 * The packages for other systems that the lock file lacks. npm leaves out what its registry does not have, and `npm ci`
 * then refuses the file on every machine.
 */
export function missingPackages({ packages }: LockFile): MissingPackage[] {
  return Object.entries(packages).flatMap(([path, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !isReachable(packages, path, name))
      .map(([name, version]) => ({ name, version, wantedBy: path })),
  );
}

/** Enters what is missing, without a checksum, so that npm looks it up only on the system that it is for. */
export function completeLockFile(lock: LockFile): LockFile {
  const packages = { ...lock.packages };
  for (const { name, version, wantedBy } of missingPackages(lock)) {
    const dev = packages[wantedBy]?.dev === true ? { dev: true } : {};
    packages[`node_modules/${name}`] = { version, ...platformOf(name), ...dev, optional: true };
  }
  // In npm's own order.
  const sorted = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  return { ...lock, packages: Object.fromEntries(sorted) };
}

function isReachable(packages: LockFile['packages'], from: string, name: string): boolean {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    if (packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`] !== undefined) {
      return true;
    }
    if (folder === '') {
      return false;
    }
  }
}

/** What a name such as `@oxc-parser/binding-linux-arm64-musl` says about the system that the package is for. */
function platformOf(name: string): Pick<LockEntry, 'os' | 'cpu' | 'libc'> {
  const parts = name.split(/[/-]/);
  const os = SYSTEMS.find((system) => parts.includes(system));
  const cpu = PROCESSORS.find((processor) => parts.includes(processor));
  if (os === undefined || cpu === undefined) {
    throw new Error(`${name} does not say which system it is for`);
  }
  const musl = parts.some((part) => part.startsWith('musl'));
  const glibc = os === 'linux' && !musl;
  return { os: [os], cpu: [cpu], ...(musl ? { libc: ['musl'] } : glibc ? { libc: ['glibc'] } : {}) };
}
