/** What a door hands in for a stream: stored, or refused while the sender still listens. */
import { fail, ok, type Result } from '../base/result.js';
import type { ConfirmedPublisher } from '../nats/confirmed-publisher.js';
import type { NatsLink } from '../nats/connection.js';
import { feedbackSubject, settleSubject } from '../nats/subjects.js';

export interface HandedIn {
  readonly stream: 'claims' | 'feedback';
  readonly institution: string;
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Stored {
  readonly sequence: number;
  readonly duplicate: boolean;
}

/** `unavailable`: it may be stored or not; the sender sends it again. */
export type NotStored = 'unavailable' | 'too-large' | 'invalid-institution';

export interface StreamSenderOptions {
  readonly link: NatsLink;
  readonly publisher: Pick<ConfirmedPublisher, 'publish'>;
  /** How long a sender may wait for the confirmation. */
  readonly withinMs: number;
}

/** Resolves when the stream has confirmed; at once where the broker is away. */
export function streamSender({ link, publisher, withinMs }: StreamSenderOptions) {
  return async (handedIn: HandedIn): Promise<Result<Stored, NotStored>> => {
    const { stream, institution, body: data, headers } = handedIn;
    const subject = stream === 'claims' ? settleSubject(institution) : feedbackSubject(institution);
    if (!subject.ok) return fail('invalid-institution');
    if (!link.connected) return fail('unavailable');
    const stored = await publisher.publish({ subject: subject.value, data, headers }, withinMs);
    if (stored.ok) return ok(stored.value);
    const { kind } = stored.error;
    return fail(kind === 'too-large' || kind === 'refused' ? 'too-large' : 'unavailable');
  };
}
