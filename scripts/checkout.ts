import { join } from 'node:path';

/** The root folder of this checkout. */
export const CHECKOUT = join(import.meta.dirname, '..');

/** What is installed once and kept between runs; not under version control. */
export const INSTALL_FOLDER = join(CHECKOUT, '.vscode-test');

/** The packaged extension that the demo and the tests install. */
export const VSIX = join(CHECKOUT, 'dist', 'fleet-cache.vsix');
