/** Why a body is no claim. Structure only: a malformed fact is a note on a claim that can be read. */

export const unreadableCodes = {
  empty: 'The body is empty.',
  encoding: 'The text is in no encoding that this route takes.',
  syntax: 'The body is not well-formed JSON or MessagePack.',
  'too-deep': 'The body is nested deeper than a claim is.',
  'wrong-shape': 'A list, an object or a closed word of the structure is something else.',
  'too-many': 'A list, or the body in all, holds more than the limit.',
  'several-patients': 'A request is about one patient.',
  'several-sales': 'An event is about one sale; a message of several is taken apart.',
  transaction: 'The transaction number is not one that is screened here.',
} as const;

export type UnreadableCode = keyof typeof unreadableCodes;

/**
 * The national request's values that its answer repeats. Never logged; the patient's number is among them.
 */
export interface ReplyContext {
  readonly infno: string | null;
  readonly messageId: string | null;
  readonly taskId: string | null;
  readonly patientId: string | null;
  readonly encounterId: string | null;
  /** By the claim's line id; undefined for every id of a native claim. To be asked before the next claim is read. */
  readonly line: (id: string) => ReplyLine | undefined;
}

export interface ReplyLine {
  /** As sent; the claim's own id differs where it was missing or repeated. */
  readonly lineId: string | null;
  readonly encounterId: string | null;
  readonly netAmountFen: number | null;
}

export interface Unreadable {
  readonly code: UnreadableCode;
  /** One English sentence with the place; holds no value of the request. */
  readonly message: string;
  readonly eventId: string | null;
  readonly claimId: string | null;
  readonly reply: ReplyContext | null;
}

/** What a format reader finds wrong; the front door adds who sent it. */
export interface StructureProblem {
  readonly code: UnreadableCode;
  readonly message: string;
}

export const noReply: ReplyContext = {
  infno: null,
  messageId: null,
  taskId: null,
  patientId: null,
  encounterId: null,
  line: () => undefined,
};
