/** A disk of its own for a data directory, small enough to be filled. Needs the right to mount. */
import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const megabytes = 192;

export class SmallDisk {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Rejects where this user may not mount. */
  static async mount(folder: string): Promise<SmallDisk> {
    await mkdir(folder, { recursive: true });
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'claimgate-chaos', folder]);
    return new SmallDisk(folder);
  }

  /** Leaves not a byte. */
  async fill(): Promise<void> {
    const { bavail, bsize } = await statfs(this.#folder);
    const ballast = join(this.#folder, 'ballast');
    try {
      await writeFile(ballast, Buffer.alloc(bavail * bsize));
      for (let i = 0; ; i++) await writeFile(`${ballast}-${i}`, Buffer.alloc(4096));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }

  async free(): Promise<void> {
    // Two fillings may overlap: what the other has removed is removed.
    const ballast = (await readdir(this.#folder)).filter((name) => name.startsWith('ballast'));
    for (const name of ballast) await rm(join(this.#folder, name), { force: true });
  }

  async unmount(): Promise<void> {
    await run('umount', ['--lazy', this.#folder]);
  }
}
