/**
 * The rule classes for which points have been published: where their readings and their table are. Columns of
 * a table stand in its schema (`rules/tables/<table>.yaml`); a column `maxAgeYears` is read from
 * `max_age_years`.
 */
export interface KnowledgeClass {
  /** Official name, as the points carry it. */
  readonly name: string;
  /** Number in the rule catalogue of 2025. */
  readonly seq: number;
  /** `rules/knowledge/<readings>.csv`. */
  readonly readings: string;
  /** `rules/tables/<table>.csv`. */
  readonly table: string;
  /** The rule that judges by the table: `rules/packs/<pack>/<rule>.yaml`. */
  readonly pack: 'policy-drugs' | 'policy-services' | 'management' | 'reasonable-use';
  readonly rule: string;
  /**
   * One code may stand in several rows with other parameters at one time: partners of a pair, several groups
   * of an operation. Elsewhere that is a contradiction between two points and refused.
   */
  readonly repeats?: true;
  /**
   * Of a point that names two items: the reading columns of both. The first becomes the key, the second the
   * table column named here.
   */
  readonly pair?: { readonly key: string; readonly other: string; readonly column: string };
  /**
   * Columns that a reading may leave empty, as long as some parameter is given; `authored` ones always may.
   */
  readonly optional?: readonly string[];
  /** Looks back in time; `firstOnly` rows of other classes do so too. */
  readonly needsHistory?: true;
  /** Columns that a person has to author: a row in which all of them are empty cannot be decided. */
  readonly authored?: readonly string[];
  /** What is authored are lists of codes, kept beside the readings and reviewed row by row (see lists.ts). */
  readonly reviewed?: true;
}

export const knowledgeClasses: readonly KnowledgeClass[] = [
  {
    seq: 1,
    name: '药品限工伤保险',
    readings: 'insurance',
    table: 'work_injury_drugs',
    pack: 'policy-drugs',
    rule: 'work-injury-drug',
  },
  {
    seq: 2,
    name: '药品限生育保险',
    readings: 'insurance',
    table: 'maternity_drugs',
    pack: 'policy-drugs',
    rule: 'maternity-drug',
  },
  {
    seq: 3,
    name: '中药饮片单复方均不予支付',
    readings: 'piece-never',
    table: 'pieces_never',
    pack: 'policy-drugs',
    rule: 'piece-never',
  },
  {
    seq: 4,
    name: '中药饮片单方使用不予支付',
    readings: 'piece-alone',
    table: 'pieces_alone',
    pack: 'policy-drugs',
    rule: 'piece-alone',
  },
  {
    seq: 5,
    name: '药品限二线使用',
    readings: 'second-line',
    table: 'second_line_drugs',
    pack: 'policy-drugs',
    rule: 'second-line-drug',
    needsHistory: true,
    authored: ['firstLine'],
    reviewed: true,
  },
  {
    seq: 7,
    name: '药品限儿童使用',
    readings: 'child-limited-drug',
    table: 'child_limited_drugs',
    pack: 'policy-drugs',
    rule: 'child-limited-drug',
    optional: ['maxAgeYears', 'maxAgeDays'],
  },
  {
    seq: 8,
    name: '药品限适应症',
    readings: 'indication',
    table: 'indication_drugs',
    pack: 'policy-drugs',
    rule: 'indication-drug',
    authored: ['diagnoses'],
    reviewed: true,
  },
  {
    seq: 10,
    name: '药品限支付疗程',
    readings: 'course-drug',
    table: 'course_drugs',
    pack: 'policy-drugs',
    rule: 'course-drug',
    needsHistory: true,
  },
  {
    seq: 12,
    name: '药品限医疗机构级别',
    readings: 'level',
    table: 'level_drugs',
    pack: 'policy-drugs',
    rule: 'level-drug',
  },
  {
    seq: 13,
    name: '药品限就医方式',
    readings: 'visit-type',
    table: 'visit_type_drugs',
    pack: 'policy-drugs',
    rule: 'visit-type-drug',
  },
  {
    seq: 15,
    name: '手术项目未按规定折价收费',
    readings: 'surgery',
    table: 'surgery_group_items',
    pack: 'policy-services',
    rule: 'surgery-discount',
    repeats: true,
  },
  {
    seq: 23,
    name: '医疗服务项目限支付疗程',
    readings: 'course-item',
    table: 'course_items',
    pack: 'policy-services',
    rule: 'course-item',
    needsHistory: true,
  },
  {
    seq: 25,
    name: '医疗服务项目重复收费',
    readings: 'pair',
    table: 'included_items',
    pack: 'policy-services',
    rule: 'duplicate-item-charge',
    repeats: true,
    optional: ['joint'],
    pair: { key: 'including', other: 'included', column: 'includedItem' },
  },
  {
    seq: 27,
    name: '医疗服务项目限定频次',
    readings: 'frequency',
    table: 'frequency_items',
    pack: 'policy-services',
    rule: 'item-frequency',
  },
  {
    seq: 29,
    name: '医疗服务项目限年龄',
    readings: 'age-item',
    table: 'age_items',
    pack: 'policy-services',
    rule: 'age-item',
    optional: ['minAgeYears', 'maxAgeYears'],
  },
  {
    seq: 31,
    name: '医疗服务项目周期超频次',
    readings: 'cycle',
    table: 'cycle_items',
    pack: 'policy-services',
    rule: 'item-cycle',
    optional: ['windowDays'],
    needsHistory: true,
    authored: ['maxCount', 'minGapDays'],
  },
  {
    seq: 47,
    name: '超互联网医院药品支付范围',
    readings: 'internet',
    table: 'internet_drugs',
    pack: 'management',
    rule: 'internet-drug',
  },
  {
    seq: 65,
    name: '药品儿童专用',
    readings: 'child-only-drug',
    table: 'child_only_drugs',
    pack: 'reasonable-use',
    rule: 'child-only-drug',
    optional: ['maxAgeYears', 'maxAgeDays'],
  },
  {
    seq: 67,
    name: '药品区分性别使用',
    readings: 'sex-drug',
    table: 'sex_drugs',
    pack: 'reasonable-use',
    rule: 'sex-drug',
  },
  {
    seq: 80,
    name: '医疗服务项目儿童专用',
    readings: 'child-only-item',
    table: 'child_only_items',
    pack: 'reasonable-use',
    rule: 'child-only-item',
    optional: ['maxAgeYears', 'maxAgeDays'],
  },
  {
    seq: 81,
    name: '医疗服务项目区分性别使用',
    readings: 'sex-item',
    table: 'sex_items',
    pack: 'reasonable-use',
    rule: 'sex-item',
  },
];

/** Table of the points that no row stands for, with the reason of each. */
export const leftOutTable = 'left_out_points';

/** Day on which each batch was published (DOMAIN §3.3); a point's own date goes before it. */
export const batchDays: Readonly<Record<number, string>> = {
  1: '2025-05-23',
  2: '2025-07-22',
  3: '2025-07-30',
  4: '2025-08-08',
  5: '2025-08-14',
  6: '2025-08-26',
  7: '2025-12-12',
  8: '2026-01-06',
  9: '2026-04-21',
  10: '2026-04-28',
  11: '2026-05-11',
};

/** Day of the revision of eight drug classes: what has neither a date nor a batch belongs to it. */
export const revisionDay = '2026-01-28';
