/** The version that package.json states, from the compiled program and from the sources alike. */
import { readFileSync } from 'node:fs';

/** `0.1.0`. Read once by the composition root. */
export function programVersion(): string {
  // src/config/ lies two folders below package.json, dist/src/config/ three.
  for (const path of ['../../package.json', '../../../package.json']) {
    const version = versionIn(new URL(path, import.meta.url));
    if (version !== null) return version;
  }
  return 'unknown';
}

function versionIn(file: URL): string | null {
  try {
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { readonly version?: string };
    return version ?? null;
  } catch {
    return null;
  }
}
