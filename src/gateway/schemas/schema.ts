/** What the route descriptions share. They document; bodies are read by the workers, not by Fastify. */
import { errorCodes } from '../../base/errors.js';
import { header } from '../../screening/terms.js';
import { problemType } from '../problem.js';

/** A JSON Schema, as OpenAPI 3.1 uses it. */
export type Schema = Readonly<Record<string, unknown>>;

export const requestHeaders = {
  type: 'object',
  properties: {
    [header.budget]: {
      type: 'number',
      description: 'Lowers the latency budget of this request, in milliseconds.',
    },
    [header.version]: { type: 'string', enum: ['1'], description: 'Interface version; 1 where absent.' },
    [header.institution]: {
      type: 'string',
      description: 'Institution that a key for all institutions speaks for; the claim must name the same.',
    },
  },
} as const satisfies Schema;

export const answerHeaderSchemas = {
  [header.status]: { description: 'Status of the decision.', schema: { type: 'string' } },
  [header.duration]: {
    description: 'From receipt to answer, in milliseconds.',
    schema: { type: 'number' },
  },
  [header.version]: { description: 'Interface version.', schema: { type: 'string' } },
} as const;

const problem: Schema = {
  type: 'object',
  description: 'RFC 9457 problem details.',
  required: ['type', 'title', 'status', 'code', 'retryable'],
  properties: {
    type: { type: 'string', description: 'urn:claimgate:problem:<code>' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', enum: Object.keys(errorCodes) },
    retryable: { type: 'boolean', description: 'The same request may succeed later.' },
  },
};

/** One response entry for each HTTP status that the error table knows. */
export function problemResponses(): Readonly<Record<string, Schema>> {
  const byStatus = new Map<number, string[]>();
  for (const { status, title } of Object.values(errorCodes)) {
    byStatus.set(status, [...(byStatus.get(status) ?? []), title]);
  }
  const entries = [...byStatus].map(([status, titles]) => {
    const response = { description: titles.join('; '), content: { [problemType]: { schema: problem } } };
    return [String(status), response] as const;
  });
  return Object.fromEntries(entries);
}
