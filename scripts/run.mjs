// The way into every script of this checkout: `node scripts/run.mjs <task> [arguments]`.
// Plain JavaScript without a dependency, because it must run before anything is installed.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { readAncestors } from './processes/ancestors.mjs';
import { installNodeModules } from './setup/nodeModules.mjs';

const OLDEST_NODE = [20, 19];

// Read before anything takes time: who ends during the installation has to be missed afterwards.
const ancestors = readAncestors();

const [task = '', ...args] = process.argv.slice(2);
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
  console.error(`Fleet Cache needs Node ${OLDEST_NODE.join('.')} or newer; this is Node ${process.versions.node}.`);
  process.exit(1);
}
if (!/^[a-zA-Z]+$/.test(task)) {
  console.error('Usage: node scripts/run.mjs <task> [arguments]');
  process.exit(2);
}

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
try {
  await installNodeModules();
  const require = createRequire(import.meta.url);
  require('tsx/cjs/api').register();
  // Whatever a task may have left running must not keep this process.
  process.exit(await require(`./${task}.ts`).main(args, ancestors));
} catch (error) {
  console.error(process.env.FLEET_CACHE_DEBUG ? error : `${task}: ${error.message}`);
  process.exit(1);
}
