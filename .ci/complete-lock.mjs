// Completes package-lock.json after `npm install`: an npm that cannot see a platform's package leaves its entry out,
// and `npm ci` then refuses the file. The entry npm needs holds no address, so it serves every registry alike.
// Usage: node .ci/complete-lock.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs';

const lockFile = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(lockFile, 'utf8'));
const packages = lock.packages;
const platform =
  /(aix|android|darwin|freebsd|linux|netbsd|openbsd|sunos|win32)-(arm64|arm|x64|ia32|ppc64|riscv64|s390x|loong64|mips64el)(?:-(musl|gnu))?/;

const missing = Object.entries(packages).flatMap(([parent, entry]) =>
  Object.entries(entry.optionalDependencies ?? {})
    .filter(([name]) => parent !== '' && packages[`node_modules/${name}`] === undefined)
    .map(([name, range]) => ({ name, version: range.replace(/^[~^]/, ''), dev: entry.dev === true })),
);

for (const { name, version, dev } of missing) {
  // WebAssembly is a processor without an operating system.
  const [, os, cpu, libc] =
    platform.exec(name) ?? (name.endsWith('-wasm32-wasi') ? ['', null, 'wasm32'] : []);
  if (os === undefined) throw new Error(`not a platform package: ${name}`);
  packages[`node_modules/${name}`] = {
    version,
    cpu: [cpu],
    ...(dev ? { dev: true } : {}),
    ...(libc === undefined ? {} : { libc: [libc === 'musl' ? 'musl' : 'glibc'] }),
    optional: true,
    ...(os === null ? {} : { os: [os] }),
  };
}

if (process.argv.includes('--check')) {
  console.log(
    missing.length === 0 ? 'the lock file is complete' : `missing: ${missing.map((m) => m.name).join(' ')}`,
  );
  process.exitCode = missing.length === 0 ? 0 : 1;
} else {
  lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(lockFile, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${missing.length} entries added`);
}
