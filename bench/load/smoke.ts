/** Every benchmark in its tiny size, one after the other: shows in CI that none has rotted. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

for (const name of ['nats', 'http', 'startup']) {
  const path = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  console.log(`\n${name}`);
  const [code] = await once(spawn(process.execPath, [path, '--smoke'], { stdio: 'inherit' }), 'exit');
  if (code !== 0) {
    console.error(`bench/load/${name} ended with ${code}`);
    process.exit(1);
  }
}
