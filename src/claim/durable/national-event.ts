/** Which national transactions are events, and how each is read. */
import type { Dictionaries } from '../dictionaries.js';
import { echo, node } from '../formats/nhsa/nodes.js';
import { type Fields, isFields, WrongStructure } from '../formats/structure.js';
import { defaultClaimId } from '../normalise.js';
import type { StockMovementType } from './durable-event.js';
import { type Envelope, openEnvelope, pick, silent } from './national-envelope.js';
import { readDeletion, readFees, readReversal, readSettlement } from './national-fees.js';
import { readSale } from './national-sales.js';
import { readStock } from './national-stock.js';
import type { RawEvent } from './raw-event.js';
import { type GoodsKind, goodsRows, refuseSeveralSales } from './several-sales.js';

interface Transaction {
  /** Where its rows may stand, the usual name first. */
  readonly rows: readonly string[];
  /** Looks at the message before its rows are read; throws WrongStructure. */
  readonly before?: (root: Fields) => void;
  readonly read: (envelope: Envelope) => RawEvent;
}

type VisitReader = (envelope: Envelope, type: 'outpatient' | 'inpatient') => RawEvent;

const ofVisit = (read: VisitReader, type: 'outpatient' | 'inpatient', rows = 'feedetail'): Transaction => ({
  rows: [rows],
  read: (envelope) => read(envelope, type),
});
const ofGoods = (kind: GoodsKind): Transaction => ({
  rows: goodsRows[kind],
  before: (root) => refuseSeveralSales(root, kind),
  read: (envelope) => readSale(envelope, kind),
});
const ofStock = (type: StockMovementType, ...rows: readonly string[]): Transaction => ({
  rows,
  read: (envelope) => readStock(envelope, type),
});

const [sale, back] = [ofGoods('sale'), ofGoods('return')];
const [count, change] = [
  ofStock('count', 'invinfo', 'invinfoDetail'),
  ofStock('change', 'invinfo', 'invinfoDetail'),
];
const [purchase, purchaseReturn] = [
  ofStock('purchase', 'purcinfo', 'purcinfoDetail'),
  ofStock('purchase-return', 'purcinfo', 'purcinfoDetail'),
];

/** By infno. An A is the same with several rows. */
const transactions: ReadonlyMap<string, Transaction> = new Map([
  ['2204', ofVisit(readFees, 'outpatient')],
  ['2205', ofVisit(readDeletion, 'outpatient', 'data')],
  ['2207', ofVisit(readSettlement, 'outpatient')],
  ['2208', ofVisit(readReversal, 'outpatient')],
  ['2301', ofVisit(readFees, 'inpatient')],
  ['2302', ofVisit(readDeletion, 'inpatient', 'data')],
  ['2304', ofVisit(readSettlement, 'inpatient')],
  ['2305', ofVisit(readReversal, 'inpatient')],
  ['3501', count],
  ['3501A', count],
  ['3502', change],
  ['3502A', change],
  ['3503', purchase],
  ['3503A', purchase],
  ['3504', purchaseReturn],
  ['3504A', purchaseReturn],
  ['3505', sale],
  ['3505A', sale],
  ['3506', back],
  ['3506A', back],
  ['3507', ofStock('delete', 'data')],
]);

/** Settles the structure of a national event; throws WrongStructure where it is not one. */
export function readNationalEvent(root: Fields, dictionaries: Dictionaries): RawEvent {
  const infno = echo(node(root, 'infno'));
  const transaction = infno === null ? undefined : transactions.get(infno);
  if (transaction !== undefined) {
    transaction.before?.(root);
    return transaction.read(openEnvelope(root, transaction.rows, dictionaries));
  }
  // Only what has a transaction number's form is repeated.
  const named = infno !== null && /^[0-9]{4}[A-Z]?$/.test(infno) ? `Transaction ${infno}` : 'The transaction';
  throw new WrongStructure('transaction', `${named} is no event of charging, settling or storing.`);
}

/** The claim that an unreadable message is about, as far as it still says so. */
export function claimIdOfNational(root: Fields): string | null {
  const input = objectOf(node(root, 'input'));
  const data = objectOf(node(input, 'data'));
  const named = ['feedetail', 'selinfo', 'selinfoDetail', 'setlinfo'].map((name) =>
    objectOf(node(input, name)),
  );
  const sources = [data, ...named];
  const id =
    silent.text('encounter.id', pick(sources, 'setl_id')) ??
    silent.text('encounter.id', pick(sources, 'mdtrt_id', 'mdtrt_sn'));
  return defaultClaimId({ code: silent.text('institution.code', node(root, 'fixmedins_code')) }, { id });
}

/** An object, or the first of a list of them; the empty one where there is none. */
function objectOf(value: unknown): Fields {
  const first = Array.isArray(value) ? value[0] : value;
  return isFields(first) ? first : {};
}
