/**
 * Every error that a caller of ours can meet at the door, once. The code is public and stable; titles are for
 * people.
 */
export const errorCodes = {
  unreadable: { status: 400, retryable: false, title: 'The body cannot be read as a claim' },
  malformed: { status: 400, retryable: false, title: 'The request is not well-formed' },
  'unsupported-version': {
    status: 400,
    retryable: false,
    title: 'This interface version is not spoken here',
  },
  'invalid-institution': { status: 400, retryable: false, title: 'This is no institution code' },
  unauthorised: { status: 401, retryable: false, title: 'An API key is needed' },
  'wrong-institution': { status: 403, retryable: false, title: 'The claim belongs to another institution' },
  'not-found': { status: 404, retryable: false, title: 'There is no such resource' },
  'method-not-allowed': { status: 405, retryable: false, title: 'This resource does not know the method' },
  'too-slow': { status: 408, retryable: true, title: 'The request did not arrive in time' },
  'too-large': { status: 413, retryable: false, title: 'The request is larger than the limit' },
  'unsupported-content-type': { status: 415, retryable: false, title: 'This content type is not read here' },
  busy: { status: 429, retryable: true, title: 'Too many requests at once' },
  'head-too-large': { status: 431, retryable: false, title: 'The headers are larger than the limit' },
  internal: { status: 500, retryable: true, title: 'The service failed' },
  unfinished: { status: 503, retryable: true, title: 'The work has come to no end' },
} as const satisfies Record<string, ErrorCodeSpec>;

interface ErrorCodeSpec {
  /** HTTP status. */
  readonly status: number;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  readonly title: string;
}

export type ErrorCode = keyof typeof errorCodes;

/** An operational error on its way to a caller. Bugs are not these: they are assertions. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: ErrorCode;

  /** `detail`: one sentence for the caller; nothing of a claim or a person. */
  constructor(code: ErrorCode, detail?: string) {
    super(detail ?? errorCodes[code].title);
    this.code = code;
  }
}

/** Name and first place of a thrown bug; never its message, which may quote the claim. */
export function describeBug(error: unknown): { readonly error: string; readonly at: string } {
  if (!(error instanceof Error)) return { error: typeof error, at: '' };
  const place = error.stack?.split('\n').find((line) => line.startsWith('    at ')) ?? '';
  return { error: error.name, at: place.trim() };
}
