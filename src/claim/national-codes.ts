/**
 * The national code tables that a reader needs, as words of the claim. Null: the code itself says "unknown".
 * Tables are keyed by the national field that carries the code; regions overlay them (rules/regions).
 */
import { claimFields } from './fields.js';

export type CodeWords = Readonly<Record<string, string | null>>;

export const nationalCodes = {
  gend: { '0': null, '1': 'male', '2': 'female', '9': null },
  /** 0 is "other than these": neither pregnant nor lactating. */
  matn_stas: { '0': 'none', '1': 'pregnant', '2': 'lactating' },
  /** 310 and 390 are settled; the others are general knowledge and a region may correct them. */
  insutype: {
    '310': 'employee',
    '320': 'other',
    '330': 'other',
    '340': 'retired_cadre',
    '390': 'resident',
    '410': 'work_injury',
    '510': 'maternity',
  },
  med_mdtrt_type: { '1': 'outpatient', '2': 'inpatient', '3': 'pharmacy', '4': 'other' },
  /**
   * General knowledge: one digit is the level itself; two digits are level and grade (三级特等 to 一级丙等), 11 is
   * without a level.
   */
  medins_lv: {
    '1': '1',
    '2': '2',
    '3': '3',
    '01': '3',
    '02': '3',
    '03': '3',
    '04': '3',
    '05': '2',
    '06': '2',
    '07': '2',
    '08': '1',
    '09': '1',
    '10': '1',
    '11': null,
  },
  /**
   * General knowledge: letters are the classes of health institutions, 1 and 2 the designated hospital or
   * shop.
   */
  medins_type: {
    '1': 'hospital',
    '2': 'pharmacy',
    A: 'hospital',
    B: 'hospital',
    C: 'hospital',
    D: 'hospital',
    E: 'hospital',
    G: 'hospital',
    H: 'hospital',
  },
  hilist_type: {
    '101': 'drug',
    '102': 'piece',
    '105': 'other',
    '106': 'granule',
    '201': 'service',
    '301': 'consumable',
    '501': 'other',
  },
  /** Encounter type and, after a blank, whether it is an emergency. 27 自主就医 says neither. */
  med_type: {
    '11': 'outpatient',
    '12': 'outpatient',
    '13': 'outpatient emergency',
    '14': 'outpatient',
    '15': 'outpatient',
    '16': 'outpatient',
    '21': 'inpatient',
    '22': 'inpatient',
    '23': 'inpatient',
    '24': 'inpatient emergency',
    '25': 'inpatient',
    '26': 'inpatient',
    '27': null,
    '28': 'inpatient',
    '41': 'pharmacy',
    '51': 'outpatient',
    '52': 'inpatient',
    '61': 'other',
    '81': 'outpatient',
  },
  /** Share of the catalogue that insurance pays; 03 is outside it. */
  hilist_lv: { '01': 'paid', '02': 'part-paid', '03': 'excluded' },
} as const satisfies Record<string, CodeWords>;

export type NationalTable = keyof typeof nationalCodes;

/** Tables whose longer codes mean what their longest known prefix means. */
export const prefixTables: ReadonlySet<NationalTable> = new Set(['med_type', 'medins_type']);

/** The words that each table may give: the closed sets of the field table, where the word becomes a fact. */
export const tableWords: Readonly<Record<NationalTable, readonly string[]>> = {
  gend: claimFields['patient.sex'].values,
  matn_stas: claimFields['patient.pregnancy'].values,
  insutype: claimFields['patient.insurance'].values,
  med_mdtrt_type: claimFields['encounter.type'].values,
  medins_lv: ['1', '2', '3'],
  medins_type: claimFields['institution.type'].values,
  hilist_type: claimFields['lines.kind'].values,
  med_type: [
    ...claimFields['encounter.type'].values,
    ...claimFields['encounter.type'].values.map((type) => `${type} emergency`),
  ],
  hilist_lv: ['paid', 'part-paid', 'excluded'],
};
