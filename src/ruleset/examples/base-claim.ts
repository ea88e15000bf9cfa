/**
 * The claim that every example starts from: complete, clean, in the native form, so that an example says only
 * what matters to its rule. All names and numbers in it are invented.
 */
const baseClaim = {
  eventId: 'example',
  kind: 'screening',
  scene: 9,
  sentAt: '2026-07-08T10:00:00+08:00',
  institution: { code: 'H35010200417', level: 3, type: 'hospital', region: '350102' },
  patient: {
    id: 'EXAMPLE-0001',
    sex: 'female',
    birthDate: '1970-01-01',
    insurance: 'resident',
    region: '350100',
    pregnancy: 'none',
  },
  encounter: {
    id: 'EXAMPLE',
    type: 'inpatient',
    emergency: false,
    internet: false,
    medType: '21',
    admittedAt: '2026-07-01T08:00:00+08:00',
    dischargedAt: '2026-07-08T09:00:00+08:00',
    department: 'A03',
    practitioner: 'D350100000001',
  },
  diagnoses: [{ code: 'I10.x00', name: '高血压', main: true }],
  procedures: [],
};

const baseLine = {
  // In no knowledge table.
  itemCode: '009999999990000',
  itemName: '示例项目',
  kind: 'service',
  quantity: 1,
  unitPrice: '100.00',
  amount: '100.00',
  at: '2026-07-02T09:00:00+08:00',
  department: 'A03',
  practitioner: 'D350100000001',
  prescriptionId: 'P1',
  current: true,
  selfPaid: false,
  days: null,
  traceCodes: [],
  splitPack: false,
};

type Fields = Readonly<Record<string, unknown>>;

/**
 * An example's claim merged over the base: maps key by key, everything else replaced; lines over the base
 * line.
 */
export function exampleClaim(example: unknown): unknown {
  const given = isFields(example) ? example : {};
  const lines = Array.isArray(given['lines']) ? given['lines'] : [{}];
  return { ...merge(baseClaim, given), lines: lines.map(exampleLine) };
}

/**
 * What an example says was settled before, each a claim over the same base: an encounter of its own unless it says
 * otherwise.
 */
export function earlierClaim(given: unknown, position: number): unknown {
  const settled = { kind: 'settlement', scene: null, encounter: { id: `EARLIER-${position + 1}` } };
  return exampleClaim(isFields(given) ? merge(settled, given) : settled);
}

function exampleLine(line: unknown, position: number): unknown {
  const given = isFields(line) ? line : {};
  const price = given['amount'] ?? baseLine.unitPrice;
  const isOne = (given['quantity'] ?? 1) === 1;
  // One piece costs what the line costs, unless the example says otherwise.
  const unitPrice = isOne && given['amount'] !== undefined ? price : baseLine.unitPrice;
  return merge({ id: `L${position + 1}`, ...baseLine, unitPrice }, given);
}

function merge(base: Fields, over: Fields): Fields {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = merged[key];
    merged[key] = isFields(before) && isFields(value) ? merge(before, value) : value;
  }
  return merged;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
