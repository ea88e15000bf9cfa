/** What we use of a package that brings no types. */
declare module 'fs-native-extensions' {
  /** True: `length` bytes from `offset` on are locked for this open file, until it is closed. False: by another. */
  export function tryLock(file: number, offset: number, length: number): boolean;
  /** Two paths change places at one moment. Throws where the file system cannot do that. */
  export function swapSync(from: string, to: string): void;
}
