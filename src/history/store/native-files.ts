/** What the operating system does with files and Node does not offer. The only file that knows fs-native-extensions. */
import { rename } from 'node:fs/promises';
import { swapSync, tryLock } from 'fs-native-extensions';

/** Behind what stands in a file: some systems let nobody read what is locked. */
const lockedByte = 2 ** 30;

/**
 * Locks an open file until it is closed, at the latest by the end of the process, however that ends. False where
 * another has locked it, in this process or elsewhere. Throws where the file system cannot.
 */
export function lockOpenFile(file: number): boolean {
  return tryLock(file, lockedByte, 1);
}

/**
 * Two folders change places: at one moment where the file system can do that, else one after the other by way of
 * `aside`, where the first lies if we are killed in between.
 */
export async function exchangeFolders(first: string, second: string, aside: string): Promise<void> {
  try {
    swapSync(first, second);
  } catch {
    await rename(first, aside);
    await rename(second, first);
    await rename(aside, second);
  }
}
