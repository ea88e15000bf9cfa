import { expect, test } from 'vitest';
import { Looks } from '../../src/base/looks.js';

function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

test('looks once for all who ask before it begins, and once more for those who ask meanwhile', async () => {
  const { opened, open } = gate();
  let looked = 0;
  const looks = new Looks(async () => {
    looked += 1;
    await opened;
  });
  const all = [looks.look(), looks.look(), looks.look()];
  expect(looked).toBe(1);
  open();
  await Promise.all(all);
  expect(looked).toBe(2);
});

test('whoever asks in the moment in which the last look ends is looked for, too', async () => {
  for (let later = 0; later < 8; later++) {
    const { opened, open } = gate();
    let looked = 0;
    const looks = new Looks(async () => {
      looked += 1;
      await opened;
    });
    const asking = async () => {
      await opened;
      for (let i = 0; i < later; i++) await null;
      await looks.look();
    };
    const both = [looks.look(), asking()];
    open();
    await Promise.all(both);
    expect([later, looked]).toEqual([later, 2]);
  }
});

test('what it follows is looked at when that begins, whenever it tells, and not after it is stopped', async () => {
  let looked = 0;
  const told: (() => void)[] = [];
  const looks = new Looks(async () => {
    looked += 1;
  });
  const watch = (onChange: () => void) => {
    told.push(onChange);
    return () => void told.pop();
  };
  looks.follow(watch);
  await looks.look();
  expect([looked, told.length]).toEqual([2, 1]);
  told[0]?.();
  await looks.look();
  expect(looked).toBe(4);
  await looks.stop(1);
  looks.follow(watch);
  expect([looked, told.length]).toEqual([4, 0]);
});

test('the look at hand is the last one when it is stopped, and no longer waited for than said', async () => {
  const { opened, open } = gate();
  let looked = 0;
  const looks = new Looks(async () => {
    looked += 1;
    await opened;
  });
  const looking = looks.look();
  void looks.look();
  await looks.stop(1);
  open();
  await looking;
  await looks.look();
  expect([looked, looks.stopped]).toEqual([1, true]);
});
