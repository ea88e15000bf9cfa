/** How large a message may be: what is demanded of a broker, and what is kept free. */

/**
 * The smallest `max_payload` of a broker that is accepted: what nats-server has without a setting. Whatever we publish
 * ourselves fits it, on every node alike.
 */
export const leastPayloadBytes = 1024 * 1024;

/** What a body leaves free of it, for subject and headers. */
export const messageHeadroomBytes = 64 * 1024;

/** The `max_payload` of a broker of our own that is to let bodies of so many bytes through. */
export function payloadBytesFor(bodyBytes: number): number {
  return Math.max(leastPayloadBytes, bodyBytes + messageHeadroomBytes);
}
