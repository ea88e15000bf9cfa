/** Invented patients: 60 lines of about 25 items in 10 visits; and what a claim of 30 lines puts. */
import { packRecord } from '../../src/history/events/packed-record.js';
import { PatientRecord } from '../../src/history/patient-record.js';
import { key16, key64, type RecordName, type Write } from '../../src/history/state.js';
import { startOf } from '../../src/history/store/position.js';
import type { Commit, Expiry, PublishedAnswer } from '../../src/history/store.js';
import type { Random } from '../claims/random.js';

const visits = 10;
const linesOfVisit = 6;
const itemsOfPatient = 30;
const firstMs = 1_760_000_000_000;
const [day, nightMs] = [86_400_000, 1_794_000_000_000];
/** A decision of 30 lines as JSON, and its claim as the claims table keeps it. */
const [answerBytes, claimLines, tracedLines] = [2500, 30, 3];

export function patientKeyOf(patient: number): Uint8Array {
  return key16(`patient ${patient}`);
}

export function recordOf(patient: number, random: Random): Uint8Array {
  const record = PatientRecord.open(undefined);
  const items = Array.from({ length: itemsOfPatient }, () => itemCode(random.integer(0, 5000)));
  for (let visit = 0; visit < visits; visit++) {
    const [institution, id] = [`H350100${random.integer(10, 60)}`, `v${patient}-${visit}`];
    const at = firstMs + visit * 36 * day + random.integer(0, 86_400) * 1000;
    const lines = Array.from({ length: linesOfVisit }, (_, i) => ({
      key: key64(institution, id, `${i}`),
      code: random.pick(items),
      at: at + i * 60_000,
      lastDay: Math.floor(at / day) + random.integer(0, 14),
      quantityE4: random.integer(1, 30) * 10_000,
      amountFen: random.integer(100, 30_000),
    }));
    const encounter = {
      key: key64(institution, id),
      institution,
      type: 'outpatient' as const,
      admittedAt: at,
      dischargedAt: null,
      emergency: false,
      mainDiagnosis: `I10.x0${random.integer(10, 40)}`,
    };
    record.record(key64(institution, `s${patient}-${visit}`), encounter, lines, at + 3_600_000);
  }
  return record.bytes() as Uint8Array;
}

function itemCode(item: number): string {
  return `XA${String(item % 100).padStart(2, '0')}BCL${String(item).padStart(5, '0')}A001010100483`;
}

/** A batch of settlements: patient, claim, encounter, ledger, a few trace codes each. */
export function commitOf(first: number, count: number, patientAt: () => number, random: Random): Commit {
  const writes: Write[] = [];
  const answers: PublishedAnswer[] = [];
  const expiry: Expiry[] = [];
  for (let seq = first; seq < first + count; seq++) {
    const patient = patientAt();
    const own = [
      { table: 'patients', key: patientKeyOf(patient), value: recordOf(patient, random) },
      { table: 'claims', key: key16(`claim ${seq}`), value: packRecord(nightMs, claimContent()) },
      {
        table: 'encounters',
        key: key16(`encounter ${seq}`),
        value: packRecord(nightMs, [[`s${seq}`], [], []]),
      },
      {
        table: 'ledger',
        key: key16(`event ${seq}`),
        value: packRecord(nightMs, [new Uint8Array(32), seq, 'd']),
      },
      ...Array.from({ length: tracedLines }, (_, i) => {
        const value = packRecord(nightMs, [[`H35010010/s${seq}`, `${i}`, false]]);
        return { table: 'traces', key: key16(`trace ${seq} ${i}`), value } as const;
      }),
    ] as const;
    writes.push(...own);
    answers.push(answerTo(seq));
    expiry.push({ seq, streamMs: nightMs, records: own.map(({ table, key }): RecordName => [table, key]) });
  }
  const position = { ...startOf('bench'), committed: first + count - 1, streamMs: nightMs };
  return { writes, answers, expiry, position };
}

function claimContent(): readonly unknown[] {
  const line = (i: number) => [`${i}`, 2, itemCode(i), 'drug', 20_000, 4_550, nightMs, null, 7];
  return [
    2,
    null,
    ['patient', 'visit', 'outpatient', nightMs],
    Array.from({ length: claimLines }, (_, i) => line(i)),
  ];
}

function answerTo(seq: number): PublishedAnswer {
  const headers = { 'Nats-Msg-Id': `d${seq}`, 'Claimgate-Sequence': String(seq), 'Claimgate-Version': '1' };
  const subject = 'claimgate.decisions.H35010010.pass';
  return { seq, subject, headers, bytes: new Uint8Array(answerBytes), deadLetter: null };
}
