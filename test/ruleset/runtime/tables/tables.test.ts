import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kindOfItemCode } from '../../../../src/claim/codes.js';
import type { ArtifactTable, ColumnKind } from '../../../../src/ruleset/compile/artifact.js';
import { packTables } from '../../../../src/ruleset/runtime/tables/pack-tables.js';
import { noBeginning, noEnd, type Table } from '../../../../src/ruleset/runtime/tables/table.js';
import { openTables } from '../../../../src/ruleset/runtime/tables/tables.js';
import { shippedArtifact } from './fixtures/shipped-artifact.js';

type TablesByName = Readonly<Record<string, ArtifactTable>>;

/** Few, so that tables share them and keys have several rows. */
const text = fc.oneof(
  fc.nat({ max: 40 }).map((i) => `T${100_000_000 + i}`),
  fc.constantFrom('female', '男', '', 'C00', '说明：“限”'),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
);
const day = fc.integer({ min: -10_000, max: 60_000 });
const cellsOf: Readonly<Record<ColumnKind, fc.Arbitrary<unknown>>> = {
  text,
  number: fc.oneof(
    fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 }),
    fc.double({ noNaN: true }),
  ),
  flag: fc.boolean(),
  list: fc.array(text, { maxLength: 4 }),
};
const kinds = Object.keys(cellsOf) as (keyof typeof cellsOf)[];

/** With the columns that every table has, and some of each kind; some of them say their kinds. */
const tableModel: fc.Arbitrary<ArtifactTable> = fc
  .record({
    rows: fc.nat({ max: 25 }),
    kinds: fc.array(fc.constantFrom(...kinds), { maxLength: 4 }),
    keyKind: fc.constantFrom('text' as const, 'list' as const),
    saysKinds: fc.boolean(),
  })
  .chain(({ rows, kinds: own, keyKind, saysKinds }) => {
    const column = (cell: fc.Arbitrary<unknown>) =>
      fc.array(fc.option(cell, { freq: 3 }), { minLength: rows, maxLength: rows });
    const named = Object.fromEntries(own.map((kind, i) => [`c${i}`, kind]));
    const all = { validFrom: 'number', validTo: 'number', region: 'text', key: keyKind, ...named } as const;
    const days = { validFrom: column(day), validTo: column(day) };
    const others = Object.entries({ region: 'text', key: keyKind, ...named } as const).map(
      ([name, kind]) => [name, column(cellsOf[kind])] as const,
    );
    return fc
      .record({ ...days, ...Object.fromEntries(others) })
      .map(
        (columns): ArtifactTable =>
          ({ rows, key: 'key', columns, ...(saysKinds ? { kinds: all } : {}) }) as never,
      );
  });
const models: fc.Arbitrary<TablesByName> = fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), tableModel, {
  maxKeys: 4,
});

function columnsOf(table: Table): Readonly<Record<string, readonly unknown[]>> {
  return Object.fromEntries(
    table.columns.map((name) => [
      name,
      Array.from({ length: table.rows }, (_, row) => table.cell(name, row)),
    ]),
  );
}

function expectSame(tables: TablesByName, image: SharedArrayBuffer): void {
  const opened = openTables(image);
  expect(opened.names).toEqual(Object.keys(tables));
  for (const [name, { rows, key, columns }] of Object.entries(tables)) {
    const table = opened.get(name);
    expect([table.rows, table.key]).toEqual([rows, key]);
    expect(columnsOf(table)).toEqual(columns);
    // A scan for each of thousands of keys would take minutes.
    const step = Math.ceil(table.keyNumbers.length / 50);
    const keys = table.keyNumbers.filter((_, position) => position % step === 0);
    for (const key of [...keys, -1, opened.texts.size]) {
      expect([...table.rowsOf(key)]).toEqual(table.rowsOfByScan(key));
    }
  }
}

function keysOf(cell: unknown): readonly string[] {
  return Array.isArray(cell) ? cell : typeof cell === 'string' ? [cell] : [];
}

describe('tables in an image', () => {
  it('are those of the artifact, cell by cell', () => {
    fc.assert(fc.property(models, (tables) => expectSame(tables, packTables(tables))));
  });

  it('find the rows of every key and of no other', () => {
    fc.assert(
      fc.property(models, fc.array(text), (tables, asked) => {
        const opened = openTables(packTables(tables, asked));
        for (const [name, { columns }] of Object.entries(tables)) {
          const cells = columns['key'] ?? [];
          for (const one of new Set([...asked, ...cells.flatMap(keysOf)])) {
            const expected = cells.flatMap((cell, row) => (keysOf(cell).includes(one) ? [row] : []));
            const number = opened.numberOfText(one);
            expect([...opened.get(name).rowsOf(number)]).toEqual(expected);
            expect(opened.get(name).rowsOfByScan(number)).toEqual(expected);
            const position = opened.get(name).positionOf(number);
            expect(position >= 0).toBe(expected.length > 0);
            if (position >= 0) expect(opened.get(name).keyNumbers[position]).toBe(number);
          }
        }
      }),
    );
  });

  it('number national codes first and give every text back', () => {
    fc.assert(
      fc.property(models, fc.array(text), (tables, texts) => {
        const opened = openTables(packTables(tables, texts));
        const { texts: pool, nationalCount } = opened;
        for (let number = 0; number < pool.size; number++) {
          const own = opened.text(number);
          expect(kindOfItemCode(own) !== null).toBe(number < nationalCount);
          expect(opened.numberOfText(own)).toBe(number);
        }
        for (const one of texts) expect(opened.text(opened.numberOfText(one))).toBe(one);
        expect(opened.newItemCodes().size).toBe(pool.size);
      }),
    );
  });

  it('are the same bytes for the same tables', () => {
    fc.assert(
      fc.property(models, (tables) => {
        const again = packTables(structuredClone(tables));
        expect(Buffer.from(again).equals(Buffer.from(packTables(tables)))).toBe(true);
      }),
    );
  });

  it('of the shipped rule set are those of its artifact', async () => {
    const { tables } = await shippedArtifact;
    expectSame(tables, packTables(tables));
  });
});

const columns = {
  validFrom: [null, 20_000],
  validTo: [20_500, null],
  region: [null, '35'],
  codes: [['T000000001', 'T000000002'], ['T000000002']],
  days: [7, null],
  once: [true, null],
  note: [null, null],
};

const plain = { rows: 1, key: null, columns: { note: ['-'] } };

describe('a table', () => {
  const opened = openTables(packTables({ t: { rows: 2, key: 'codes', columns }, plain } as never));
  const table = opened.get('t');

  it('has numbers, flags and texts by row, and says where a cell is empty', () => {
    expect([...table.numbers('days')]).toEqual([7, Number.NaN]);
    expect([...table.flags('once')]).toEqual([1, -1]);
    expect([...table.texts('region')]).toEqual([-1, opened.numberOfText('35')]);
    expect([...table.listStarts('codes')]).toEqual([0, 2, 3]);
    expect([...table.listTexts('codes')]).toEqual([0, 1, 1]);
  });

  it('says when and where a row is in force', () => {
    expect([...table.validFrom]).toEqual([noBeginning, 20_000]);
    expect([...table.validTo]).toEqual([20_500, noEnd]);
    expect([...table.region]).toEqual([-1, opened.numberOfText('35')]);
    expect([table.isDated, table.isRegional]).toEqual([true, true]);
    expect([opened.get('plain').isDated, opened.get('plain').isRegional]).toEqual([false, false]);
  });

  it('gives the same list at every call', () => {
    expect(table.list('codes', 0)).toEqual(['T000000001', 'T000000002']);
    expect(table.list('codes', 0)).toBe(table.list('codes', 0));
  });

  it('lets a column without any cell be whatever it is read as', () => {
    expect(table.kindOf('note')).toBe('empty');
    expect([...table.numbers('note')]).toEqual([Number.NaN, Number.NaN]);
    expect([...table.flags('note')]).toEqual([-1, -1]);
    expect([...table.texts('note')]).toEqual([-1, -1]);
    expect([table.list('note', 0), table.list('note', 1), table.cell('note', 1)]).toEqual([null, null, null]);
  });

  it('tells an empty cell from a list with nothing in it', () => {
    const lists = openTables(
      packTables({ t: { rows: 2, key: null, columns: { of: [[], null] } } as never }),
    ).get('t');
    expect([lists.list('of', 0), lists.list('of', 1)]).toEqual([[], null]);
  });

  it('refuses to be read as what it is not', () => {
    expect(() => table.numbers('codes')).toThrow('t.codes holds no numbers');
    expect(() => table.texts('codes')).toThrow('t.codes holds no texts');
    expect(() => table.flags('days')).toThrow('t.days holds no flags');
    expect(() => table.listTexts('region')).toThrow('t.region holds no lists');
    expect(() => table.cell('other', 0)).toThrow('no column t.other');
    expect(() => opened.get('u')).toThrow('no table u');
  });

  it('is not packed where a column is not of one kind', () => {
    const mixed = (cells: readonly unknown[]) => () =>
      packTables({ t: { rows: cells.length, key: null, columns: { c: cells } } as never });
    expect(mixed([1, 'one'])).toThrow('holds numbers');
    expect(mixed(['one', 1])).toThrow('holds texts');
    expect(mixed([true, 1])).toThrow('holds flags');
    expect(mixed([['one'], 'one'])).toThrow('holds lists');
    expect(mixed([[1]])).toThrow('holds texts');
  });
});
