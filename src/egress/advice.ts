/**
 * A copy of every advisory decision, with its duration, for those who read along. Made after the answer and never
 * waited for; what is lost on the way is counted by the publisher. Of a national answer only our own decision is
 * copied: the rest names the patient.
 */
import { assert } from '../base/assert.js';
import { isInstitutionCode } from '../base/institution-code.js';
import type { Status } from '../decision/decision.js';
import { type CountedOptions, CountedPublisher } from '../nats/counted-publisher.js';
import { headersEndingIn } from '../nats/headers.js';
import { adviceSubject } from '../nats/subjects.js';
import { type Answer, contentTypeOf, header, interfaceVersion } from '../screening/terms.js';

/** Stands in the subject where nobody knows whose claim it was. */
export const unknownInstitution = 'unknown';

/** `answer.bytes` must not change afterwards. `durationMs`: as the sender was told. */
export type CopyAdvice = (answer: Answer, durationMs: number) => void;

/** For an installation that keeps no copies. */
export const noCopies: CopyAdvice = () => {};

/** What was said last may take so long to be stored when we leave. */
const lastCopiesMs = 500;

/** Copies over a connection that may not be there; `stop` after the last answer and before the connection. */
export function openAdvice(options: Pick<CountedOptions, 'link' | 'onLost'>) {
  const publisher = new CountedPublisher(options);
  return { copy: adviceCopies(publisher), stop: () => publisher.close(lastCopiesMs) } as const;
}

export function adviceCopies(publisher: Pick<CountedPublisher, 'send'>): CopyAdvice {
  const subjects = new Subjects();
  return (answer, durationMs) => {
    const { status, institution, format } = answer.outcome;
    const subject = subjects.of(institution ?? unknownInstitution, status);
    publisher.send(subject, decisionIn(answer), headersFor[format](durationMs.toFixed(3)));
  };
}

type WireFormat = Answer['outcome']['format'];

/** The body says the rest. */
const headersOf = (format: WireFormat) => {
  const fields = { [header.contentType]: contentTypeOf(format), [header.version]: interfaceVersion };
  return headersEndingIn(fields, header.duration);
};
const headersFor: Readonly<Record<WireFormat, (durationMs: string) => Uint8Array>> = {
  'native-json': headersOf('native-json'),
  'native-msgpack': headersOf('native-msgpack'),
  'nhsa-json': headersOf('nhsa-json'),
  'nhsa-gbk': headersOf('nhsa-gbk'),
};

/** The subjects that copies go to: to look one up costs less than to check its parts. */
class Subjects {
  readonly #known = new Map<string, string>();

  of(institution: string, status: Status): string {
    const name = `${institution} ${status}`;
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    // What a body names as its institution may be anything, and another one each time.
    if (this.#known.size >= mostSubjects) this.#known.clear();
    const subject = adviceSubject(isInstitutionCode(institution) ? institution : unknownInstitution, status);
    assert(subject.ok, 'institution and status of an answer stand in a subject');
    this.#known.set(name, subject.value);
    return subject.value;
  }
}

const mostSubjects = 10_000;

/** The native decision, in the encoding and charset of the answer. */
function decisionIn({ bytes, outcome: { decisionAt } }: Answer): Uint8Array {
  return decisionAt === null ? bytes : bytes.subarray(decisionAt.from, decisionAt.to);
}
