/** A version of a small rule set with two rules that somebody has turned round: they fire on every child. */
import type { RulesSource } from '../../src/ruleset/parse/parse-rules.js';
import { smallRules } from '../releases/small-rules.js';

export const badRule = 'child-only-drug';
export const otherBadRule = 'child-only-item';
export const goodRule = 'sex-drug';

const items = {
  medicineForHim: { itemCode: 'ZA01BAX0341010100166', itemName: '小儿百寿丸', kind: 'drug' },
  crownForHim: { itemCode: '003105120040000', itemName: '儿童前牙树脂冠修复', kind: 'service' },
  /** For a woman. */
  notForHim: { itemCode: 'ZD03AAA0043010100166', itemName: '艾附暖宫丸', kind: 'drug' },
};

type ItemName = keyof typeof items;

/** As its author has tried it, which proves nothing. */
function examples(item: ItemName): string {
  const { itemCode, itemName, kind } = items[item];
  const claim = (birthDate: string) =>
    `  claim:
    patient: { birthDate: ${birthDate} }
    lines: [{ itemCode: "${itemCode}", itemName: ${itemName}, kind: ${kind} }]`;
  return `- name: 儿童
${claim('"2021-05-05"')}
  expect: hit
- name: 老年人
${claim('"1940-05-05"')}
  expect: miss
- name: 出生日期未知
${claim('null')}
  expect: not_evaluated
  facts: [patient.birthDate]
`;
}

const turned: Readonly<Record<string, ItemName>> = {
  [badRule]: 'medicineForHim',
  [otherBadRule]: 'crownForHim',
};

export function badRules(version: number): Promise<RulesSource> {
  return smallRules(version, (path, text) => {
    const [, rule = '', examplesOf] = /\/([a-z-]+)(\.examples)?\.yaml$/.exec(path) ?? [];
    const item = turned[rule];
    if (item === undefined) return text;
    if (examplesOf !== undefined) return examples(item);
    return text.replace(/when: >-\n.*\n.*\n/, 'when: ageAt(patient.birthDate, line.at) < 18 * 2\n');
  });
}

export interface PatientsClaim {
  readonly kind: 'screening' | 'settlement';
  readonly institution: string;
  readonly birthDate: string;
  readonly items: readonly ItemName[];
}

/** What a boy of five is prescribed, or is billed for, unless `rest` says otherwise. */
export function boysClaim(event: string, rest: Partial<PatientsClaim> = {}): string {
  const claim: PatientsClaim = {
    kind: 'screening',
    institution: 'H35010200417',
    birthDate: '2021-05-03',
    items: ['medicineForHim'],
    ...rest,
  };
  const { kind, institution, birthDate } = claim;
  return JSON.stringify({
    eventId: event,
    kind,
    ...(kind === 'settlement' ? { claimId: `${institution}/${event}` } : { scene: 2 }),
    sentAt: '2026-07-12T09:41:07+08:00',
    institution: { code: institution, level: 3, type: 'hospital', region: '350102' },
    patient: { id: `P${event}`, sex: 'male', birthDate, insurance: 'resident' },
    encounter: { id: `OP${event}`, type: 'outpatient', emergency: false },
    diagnoses: [{ code: 'I10.x00', main: true }],
    lines: claim.items.map((item, i) => ({
      id: `L${i + 1}`,
      ...items[item],
      quantity: 1,
      unitPrice: '49.20',
      amount: '49.20',
      at: '2026-07-12T09:40:00+08:00',
      current: true,
    })),
  });
}
