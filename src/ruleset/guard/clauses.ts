/** Of each check: the clause that it serves, and what an author may lawfully write. */
import type { GuardCode } from '../diagnostics/codes.js';

export interface Clause {
  /** `PG-02`, as the requirements number it. */
  readonly check: string;
  /** The document, with the number of its clause where it has one. */
  readonly clause: string;
  readonly instead: string;
}

/** The notice on unreasonable limits; its five kinds are numbered as it names them. */
const notice = '闽医保 2022-12-15';

export const clauses: Readonly<Record<GuardCode, Clause>> = {
  'CG-P100': {
    check: 'PG-00',
    clause: notice,
    instead: 'split the rule into rules with one condition each',
  },
  'CG-P101': {
    check: 'PG-01',
    clause: `${notice} (1)`,
    instead: 'judge the claim by what is charged and by the documents of payment; budgets are for statistics',
  },
  'CG-P102': {
    check: 'PG-02',
    clause: `${notice} (2), 国家医保局 2025-09-22`,
    instead: 'limit the payment of one item by its official course or by the days that its unit allows',
  },
  'CG-P103': {
    check: 'PG-03',
    clause: `${notice} (3)`,
    instead:
      'join a table of item codes with their official points, and leave out 门诊慢特病 and long prescriptions up to 84 days',
  },
  'CG-P104': {
    check: 'PG-04',
    clause: `${notice} (3)`,
    instead: 'compare unit prices with a price document, or cap one item by the document that caps it',
  },
  'CG-P105': {
    check: 'PG-05',
    clause: `${notice} (4)`,
    instead: 'leave ratios to statistics of institutions: effect record, after settlement, national 56 to 63',
  },
  'CG-P106': {
    check: 'PG-06',
    clause: `${notice} (4), 闽医保〔2023〕78号`,
    instead: 'select by item code and ask for what its payment document asks: indication, level, visit type',
  },
  'CG-P107': {
    check: 'PG-07',
    clause: `${notice} (2) (5)`,
    instead: 'severity suspicious, effect record or remind, scenes 6 to 10, settlement and sale only',
  },
  'CG-P108': {
    check: 'PG-08',
    clause: `${notice} (1) (2) (5)`,
    instead: 'say what the insurance does not pay, and how it can be paid or appealed',
  },
  'CG-P109': {
    check: 'PG-09',
    clause: '榕政办〔2022〕47号',
    instead:
      'add exceptions for emergency, newborns, returning treatment (Z51, Z49) and a table of waivers by date',
  },
  'CG-P110': {
    check: 'PG-10',
    clause: `${notice} (5)`,
    instead: 'write 医保不予支付, and that the patient may agree to pay: 经患者知情同意后可自费',
  },
  'CG-P111': {
    check: 'PG-11',
    clause: `${notice} (1)`,
    instead: 'count in rolling windows by item code, or by the period that the payment document names',
  },
  'CG-P112': {
    check: 'PG-12',
    clause: '榕政办〔2022〕47号, 闽医保〔2023〕78号',
    instead: 'join the table of items for which a document limits payer, age or sex',
  },
  'CG-P113': {
    check: 'PG-13',
    clause: '闽医保〔2024〕47号, 医保发〔2023〕25号',
    instead: 'name document, number, level, region, valid.from, and the table or the points of the items',
  },
  'CG-P114': {
    check: 'PG-14',
    clause: '闽医保〔2024〕47号',
    instead:
      'effect remind or justify; hold is for definite payment limits by official points, with an appeal',
  },
  'CG-P115': {
    check: 'PG-15',
    clause: '医保发〔2023〕25号',
    instead: 'leave it out: an unknown fact leaves the rule not evaluated by itself',
  },
  'CG-P116': {
    check: 'PG-16',
    clause: '医保发〔2023〕25号',
    instead: 'replay the rule set on history and attach the report',
  },
  'CG-P117': {
    check: 'PG-17',
    clause: '医保发〔2023〕25号',
    instead: 'name owner, review (YYYY-MM-DD) and, where rules stop together, killSwitch',
  },
  'CG-P118': {
    check: 'PG-18',
    clause: '宁医保函〔2025〕108号, 闽医保〔2023〕78号',
    instead: 'leave stays paid by the day to the agreement with the institution',
  },
  'CG-P119': {
    check: 'PG-19',
    clause: `${notice} (3) (5)`,
    instead: 'severity suspicious, effect remind or record',
  },
};
