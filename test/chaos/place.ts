/** Where things are: this file runs compiled (on demand) and from source (under vitest). */
import { fileURLToPath } from 'node:url';

const compiled = import.meta.url.endsWith('.js');

/** Of the checkout. */
export const root = fileURLToPath(new URL(compiled ? '../../../' : '../../', import.meta.url));
/** The compiled program: what this file was compiled with, else where a developer has compiled to, else the build. */
export const dist = compiled
  ? fileURLToPath(new URL('../../', import.meta.url))
  : fileURLToPath(process.env['CLAIMGATE_TEST_DIST'] ?? new URL('../../dist/', import.meta.url));
export const cacheDir = `${root}.cache`;
