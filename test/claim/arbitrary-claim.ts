/**
 * Claims for property tests, in the native form before encoding. Every value can be said in every format, so
 * that one claim can be rendered in all of them (render.ts). Reusable: pass the item codes that a test is
 * about.
 */
import fc from 'fast-check';

export interface NativeLine {
  readonly id: string;
  readonly itemCode: string | null;
  readonly itemName: string | null;
  readonly kind: string | null;
  /** Plain decimal texts; a renderer may send them as numbers. */
  readonly quantity: string | null;
  readonly unitPrice: string | null;
  readonly listPrice: string | null;
  readonly amount: string | null;
  /** `YYYY-MM-DD` or `YYYY-MM-DD HH:mm:ss`, China time. */
  readonly at: string | null;
  readonly until: string | null;
  readonly department: string | null;
  readonly practitioner: string | null;
  readonly prescriptionId: string | null;
  readonly current: boolean;
  readonly selfPaid: boolean;
  readonly days: number | null;
  readonly traceCodes: readonly string[];
  readonly splitPack: boolean;
  readonly reverses: string | null;
}

export interface NativeClaim {
  readonly eventId: string;
  readonly kind: 'screening';
  readonly scene: number;
  readonly sentAt: string;
  readonly institution: {
    readonly code: string;
    readonly level: number | null;
    readonly type: string | null;
    readonly region: string;
  };
  readonly patient: {
    readonly id: string | null;
    readonly sex: string | null;
    readonly birthDate: string | null;
    readonly insurance: string | null;
    readonly region: string | null;
    readonly pregnancy: string | null;
  };
  readonly encounter: {
    readonly id: string;
    readonly type: string;
    readonly emergency: boolean | null;
    readonly medType: string | null;
    readonly admittedAt: string | null;
    readonly dischargedAt: string | null;
    readonly department: string | null;
    readonly practitioner: string | null;
  };
  readonly diagnoses: readonly { readonly code: string | null; readonly main: boolean | null }[];
  readonly procedures: readonly {
    readonly code: string | null;
    readonly main: boolean | null;
    readonly at: string | null;
  }[];
  readonly lines: readonly NativeLine[];
}

const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 6 });
const digits = (count: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: count, maxLength: count }).map((ds) => ds.join(''));
const letters = (count: number) =>
  fc
    .array(fc.integer({ min: 65, max: 90 }), { minLength: count, maxLength: count })
    .map((codes) => String.fromCharCode(...codes));
const joined = (...parts: (string | fc.Arbitrary<string>)[]) =>
  fc
    .tuple(...parts.map((part) => (typeof part === 'string' ? fc.constant(part) : part)))
    .map((texts) => texts.join(''));

/** Item codes of every national shape. */
export const arbitraryItemCode: fc.Arbitrary<string> = fc.oneof(
  joined('X', letters(1), digits(2), letters(3), digits(3), letters(1), digits(12)),
  joined('Z', letters(1), digits(2), letters(3), digits(13)),
  joined('T', digits(9)),
  digits(15),
  joined('C', digits(19)),
  joined('C', digits(26)),
);

const two = (n: number) => String(n).padStart(2, '0');
const day = fc
  .record({
    year: fc.integer({ min: 2024, max: 2026 }),
    month: fc.integer({ min: 1, max: 12 }),
    date: fc.integer({ min: 1, max: 28 }),
  })
  .map(({ year, month, date }) => `${year}-${two(month)}-${two(date)}`);
const clock = fc
  .record({
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.integer({ min: 0, max: 59 }),
    second: fc.integer({ min: 0, max: 59 }),
  })
  .map(({ hour, minute, second }) => `${two(hour)}:${two(minute)}:${two(second)}`);
const moment = fc.tuple(day, clock).map(([date, time]) => `${date} ${time}`);
const dayOrMoment = fc.oneof({ weight: 4, arbitrary: moment }, { weight: 1, arbitrary: day });

/** Decimal text with at most `scale` decimals. */
const decimal = (max: number, scale: number) =>
  fc
    .tuple(fc.integer({ min: 0, max }), fc.integer({ min: 0, max: scale }).chain(digits))
    .map(([whole, fraction]) => (fraction === '' ? String(whole) : `${whole}.${fraction}`));

const code = fc.stringMatching(/^[A-Z][A-Z0-9-]{1,11}$/);
const names = ['冠状动脉造影术', '艾附暖宫丸', '糖化血红蛋白测定', 'Ⅰ级护理', '注射液(冻干)', '其他'];
const practitioner = joined('D', digits(12));
const kinds = ['drug', 'piece', 'granule', 'service', 'consumable', 'other'] as const;

const diagnosisCode = fc.constantFrom(
  'I10.x00',
  'E11.900',
  'I20.000',
  'M87.801',
  'I10.x00x002',
  'Z51.1',
  'J00',
);
const procedureCode = fc.constantFrom('36.0700', '00.6600x004', '88.5', '45.2303');

/** 医疗类别 with the encounter type and emergency that it means. */
const medTypes = [
  { medType: '11', type: 'outpatient', emergency: false },
  { medType: '13', type: 'outpatient', emergency: true },
  { medType: '140104', type: 'outpatient', emergency: false },
  { medType: '21', type: 'inpatient', emergency: false },
  { medType: '24', type: 'inpatient', emergency: true },
  { medType: '41', type: 'pharmacy', emergency: false },
  { medType: null, type: 'outpatient', emergency: null },
  { medType: null, type: 'inpatient', emergency: null },
  { medType: null, type: 'other', emergency: null },
] as const;

const encounterTimes = fc.tuple(orNull(moment), orNull(moment)).map(([from, to]) => {
  const swapped = from !== null && to !== null && to < from;
  return { admittedAt: swapped ? to : from, dischargedAt: swapped ? from : to };
});

const encounter = fc
  .record({
    id: fc.stringMatching(/^[A-Z0-9]{1,20}$/),
    kind: fc.constantFrom(...medTypes),
    times: encounterTimes,
    department: orNull(code),
    practitioner: orNull(practitioner),
  })
  .map(({ kind, times, ...rest }) => ({ ...rest, ...kind, ...times }));

/** 生育状态 has other words in Beijing's dictionary than in the national one. */
const pregnancies: Readonly<Record<string, readonly (string | null)[]>> = {
  '110105': ['none', 'planning', 'pregnant', 'lactating', null],
  '350102': ['none', 'pregnant', 'lactating', null],
};

const people = fc.constantFrom('110105', '350102').chain((region) =>
  fc.record({
    institution: fc.record({
      code: joined('H', region, digits(5)),
      level: fc.constantFrom(1, 2, 3, null),
      type: fc.constantFrom('hospital', 'pharmacy'),
      region: fc.constant(region),
    }),
    patient: fc.record({
      id: orNull(digits(20).map((id) => `9${id.slice(1)}`)),
      sex: fc.constantFrom('female', 'male', null),
      birthDate: orNull(day.map((date) => `19${date.slice(2)}`)),
      insurance: fc.constantFrom(
        'employee',
        'resident',
        'retired_cadre',
        'work_injury',
        'maternity',
        'other',
        null,
      ),
      region: orNull(fc.constantFrom('350100', '110000')),
      pregnancy: fc.constantFrom(...(pregnancies[region] as readonly (string | null)[])),
    }),
  }),
);

function lineWith(itemCode: fc.Arbitrary<string>): fc.Arbitrary<Omit<NativeLine, 'id' | 'reverses'>> {
  const signed = fc.oneof(
    { weight: 6, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: fc.constant('-') },
  );
  return fc
    .record({
      itemCode: orNull(itemCode),
      itemName: orNull(fc.constantFrom(...names)),
      kind: orNull(fc.constantFrom(...kinds)),
      sign: signed,
      quantity: orNull(decimal(300, 4)),
      unitPrice: orNull(decimal(5000, 6)),
      listPrice: orNull(decimal(5000, 6)),
      amount: orNull(decimal(90_000, 2)),
      times: fc.tuple(orNull(dayOrMoment), orNull(dayOrMoment)),
      department: orNull(code),
      practitioner: orNull(practitioner),
      prescriptionId: orNull(fc.constantFrom('P1', 'P2', 'P3')),
      current: fc.boolean(),
      selfPaid: fc.boolean(),
      days: orNull(fc.integer({ min: 0, max: 400 })),
      traceCodes: fc.uniqueArray(digits(20), { maxLength: 3 }),
      splitPack: fc.boolean(),
    })
    .map(({ sign, times: [at, until], ...line }) => ({
      ...line,
      quantity: line.quantity === null ? null : sign + line.quantity,
      amount: line.amount === null ? null : sign + line.amount,
      at,
      until,
    }));
}

export interface ClaimOptions {
  /** Default: random codes of every national shape. */
  readonly itemCode?: fc.Arbitrary<string>;
  /** Default 12. */
  readonly maxLines?: number;
}

/** A claim that reads without structural error; unknown facts, refunds and self-paid lines included. */
export function arbitraryClaim(options: ClaimOptions = {}): fc.Arbitrary<NativeClaim> {
  const few = fc.constantFrom('001201000030000', 'XB01AXA223B002010100156', 'T001500004');
  const itemCode = options.itemCode ?? fc.oneof(few, arbitraryItemCode);
  const lines = fc
    .array(fc.tuple(lineWith(itemCode), fc.option(fc.nat({ max: 11 }), { nil: null, freq: 8 })), {
      maxLength: options.maxLines ?? 12,
    })
    .map((drawn) =>
      drawn.map(([line, target], i): NativeLine => {
        const reverses = target === null || target >= drawn.length || target === i ? null : `L${target + 1}`;
        return { id: `L${i + 1}`, ...line, reverses };
      }),
    );
  return fc
    .record({
      serial: digits(4),
      scene: fc.integer({ min: 1, max: 10 }),
      sentAt: moment,
      people,
      encounter,
      diagnoses: fc.array(fc.record({ code: orNull(diagnosisCode), main: orNull(fc.boolean()) }), {
        maxLength: 4,
      }),
      procedures: fc.array(
        fc.record({ code: orNull(procedureCode), main: orNull(fc.boolean()), at: orNull(dayOrMoment) }),
        { maxLength: 2 },
      ),
      lines,
    })
    .map(({ serial, people: { institution, patient }, ...rest }) => ({
      eventId: `${institution.code}20260318102140${serial}`,
      kind: 'screening' as const,
      institution,
      patient,
      ...rest,
    }));
}
