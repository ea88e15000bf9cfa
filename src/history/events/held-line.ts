/** A held fee line as bytes: whole as read, but for what netting fills in (its settlement nets it anew). */
import { packWire, unpackPart } from '../../base/wire.js';
import type { Line } from '../../claim/claim.js';

export function packLine(line: Line): Uint8Array {
  return packWire([
    line.id,
    line.itemCode,
    line.itemName,
    line.kind,
    line.quantityE4,
    line.unitPriceE4Fen,
    line.listPriceE4Fen,
    line.amountFen,
    line.at,
    line.atTimed,
    line.until,
    line.department,
    line.practitioner,
    line.prescriptionId,
    line.current,
    line.selfPaid,
    line.refund,
    line.days,
    line.traceCodes,
    line.splitPack,
    line.reverses,
  ]);
}

type Packed = [
  Line['id'],
  Line['itemCode'],
  Line['itemName'],
  Line['kind'],
  Line['quantityE4'],
  Line['unitPriceE4Fen'],
  Line['listPriceE4Fen'],
  Line['amountFen'],
  Line['at'],
  Line['atTimed'],
  Line['until'],
  Line['department'],
  Line['practitioner'],
  Line['prescriptionId'],
  Line['current'],
  Line['selfPaid'],
  Line['refund'],
  Line['days'],
  Line['traceCodes'],
  Line['splitPack'],
  Line['reverses'],
];

/** The line, not netted yet. */
export function unpackLine(bytes: Uint8Array): Line {
  const row = unpackPart(bytes, 0, bytes.length) as Packed;
  return {
    id: row[0],
    itemCode: row[1],
    itemName: row[2],
    kind: row[3],
    quantityE4: row[4],
    unitPriceE4Fen: row[5],
    listPriceE4Fen: row[6],
    amountFen: row[7],
    at: row[8],
    atTimed: row[9],
    until: row[10],
    department: row[11],
    practitioner: row[12],
    prescriptionId: row[13],
    current: row[14],
    selfPaid: row[15],
    refund: row[16],
    days: row[17],
    traceCodes: row[18],
    splitPack: row[19],
    reverses: row[20],
    netQuantityE4: null,
    netAmountFen: null,
    payable: false,
  };
}
