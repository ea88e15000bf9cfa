/** What national messages in these tests have in common, as read. */
import { testSettings } from '../settings.js';

export const sending = { eventId: 'H35010200417202603120950050003', at: '2026-03-12 09:50:05' };
/** A moment of China's clock. */
export const china = (text: string) => Date.parse(`${text.replace(' ', 'T')}+08:00`);
export const keyOf = (person: string) => testSettings.patientKey(person, '350102');
export const outpatient = {
  id: '350000G0000012345678',
  type: 'outpatient',
  emergency: null,
  internet: null,
  medType: null,
  admittedAt: null,
  dischargedAt: null,
  department: null,
  practitioner: null,
};
/** A patient of whom a message says the number and where insured. */
export const nobodyKnows = { sex: null, birthDate: null, insurance: null, region: '350100', pregnancy: null };
export const whoMissing = [
  { field: 'patient.birthDate', problem: 'missing', line: null },
  { field: 'patient.sex', problem: 'missing', line: null },
];
export const nothingElse = { recordIds: [], deletes: null, bills: [], traces: [], stock: null };
