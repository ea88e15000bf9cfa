/** Why people come: department, diagnoses (医保2.0 codes) and what is usually done. Shares are rough and invented. */
import type { Sex } from '../../src/claim/claim.js';
import type { Pool } from './catalogue.js';

export interface Profile {
  readonly department: string;
  readonly weight: number;
  readonly sex?: Sex;
  /** Ages in years, both included. */
  readonly ages: readonly [from: number, to: number];
  readonly main: readonly DiagnosisName[];
  readonly also: readonly DiagnosisName[];
  /** How often each pool is drawn from; bed, nursing and consultation come by themselves. */
  readonly mix: Partial<Readonly<Record<Pool, number>>>;
  /** Share of stays with an operation. */
  readonly operated?: number;
}

export type DiagnosisName = readonly [code: string, name: string];

const hypertension: DiagnosisName = ['I10.x00', '原发性高血压'];
const diabetes: DiagnosisName = ['E11.900', '2型糖尿病'];
const lipids: DiagnosisName = ['E78.500', '高脂血症'];
const medical = { drug: 8, patent: 2, lab: 5, exam: 2, treatment: 1, consumable: 1 } as const;
const surgical = { drug: 6, patent: 1, lab: 4, exam: 2, treatment: 3, consumable: 4 } as const;

export const outpatientProfiles: readonly Profile[] = [
  {
    department: 'A03',
    weight: 30,
    ages: [35, 92],
    main: [hypertension, diabetes, lipids],
    also: [hypertension, diabetes, lipids, ['K21.900', '胃食管反流病']],
    mix: medical,
  },
  {
    department: 'A03.02',
    weight: 16,
    ages: [15, 90],
    main: [
      ['J06.900', '急性上呼吸道感染'],
      ['J20.900', '急性支气管炎'],
    ],
    also: [['J30.400', '变应性鼻炎']],
    mix: medical,
  },
  {
    department: 'A07',
    weight: 14,
    ages: [0, 13],
    main: [
      ['J20.900', '急性支气管炎'],
      ['K52.904', '儿童腹泻'],
      ['J03.900', '急性扁桃体炎'],
    ],
    also: [['R50.900', '发热']],
    mix: { drug: 5, patent: 3, lab: 4, treatment: 2 },
  },
  {
    department: 'A05.01',
    weight: 9,
    sex: 'female',
    ages: [16, 65],
    main: [
      ['N76.000', '急性阴道炎'],
      ['N92.600', '月经不规则'],
    ],
    also: [['D50.900', '缺铁性贫血']],
    mix: { drug: 4, patent: 4, lab: 5, exam: 3 },
  },
  {
    department: 'A04.04',
    weight: 6,
    sex: 'male',
    ages: [45, 88],
    main: [['N40.x00', '前列腺增生']],
    also: [hypertension, ['N39.000', '泌尿道感染']],
    mix: { drug: 5, patent: 2, lab: 4, exam: 3 },
  },
  {
    department: 'A50',
    weight: 15,
    ages: [20, 85],
    main: [
      ['M54.500', '下背痛'],
      ['G47.000', '失眠'],
      ['K29.500', '慢性胃炎'],
    ],
    also: [hypertension],
    mix: { piece: 14, patent: 1, treatment: 1 },
  },
  {
    department: 'A04.03',
    weight: 10,
    ages: [6, 88],
    main: [
      ['S93.400', '踝扭伤'],
      ['M17.900', '膝关节病'],
    ],
    also: [['M81.900', '骨质疏松']],
    mix: { drug: 4, patent: 3, exam: 4, treatment: 3, consumable: 2 },
  },
];

export const inpatientProfiles: readonly Profile[] = [
  {
    department: 'A03.04',
    weight: 24,
    ages: [45, 92],
    main: [
      ['I20.000', '不稳定性心绞痛'],
      ['I50.900', '心力衰竭'],
    ],
    also: [hypertension, diabetes, lipids],
    mix: medical,
  },
  {
    department: 'A03.01',
    weight: 20,
    ages: [18, 92],
    main: [
      ['J18.900', '肺炎'],
      ['J44.100', '慢性阻塞性肺病伴急性加重'],
    ],
    also: [hypertension, ['J96.000', '急性呼吸衰竭']],
    mix: { ...medical, treatment: 4 },
  },
  {
    department: 'A03.05',
    weight: 14,
    ages: [40, 92],
    main: [
      ['I63.900', '脑梗死'],
      ['G45.900', '短暂性脑缺血发作'],
    ],
    also: [hypertension, diabetes],
    mix: { ...medical, treatment: 3 },
  },
  {
    department: 'A04.01',
    weight: 20,
    ages: [16, 85],
    main: [
      ['K35.800', '急性阑尾炎'],
      ['K80.200', '胆囊结石'],
      ['K40.900', '腹股沟疝'],
    ],
    also: [hypertension, diabetes],
    mix: surgical,
    operated: 0.8,
  },
  {
    department: 'A04.03',
    weight: 12,
    ages: [10, 90],
    main: [
      ['S72.000', '股骨颈骨折'],
      ['M51.200', '腰椎间盘突出'],
    ],
    also: [hypertension, ['M81.900', '骨质疏松']],
    mix: { ...surgical, exam: 3 },
    operated: 0.7,
  },
  {
    department: 'A05.01',
    weight: 10,
    sex: 'female',
    ages: [20, 62],
    main: [
      ['D25.900', '子宫平滑肌瘤'],
      ['N83.200', '卵巢囊肿'],
    ],
    also: [['D50.900', '缺铁性贫血']],
    mix: surgical,
    operated: 0.7,
  },
];
