/**
 * An entry of DECISIONS for a broker that takes less than it has to: everything but the lists, and how long they were.
 * Status, money and ids stay what they are. The same entry is always shortened to the same bytes.
 */
import { sentences } from './bounds.js';
import type { Decision } from './decision.js';
import type { Receipt } from './receipt.js';

const [utf8, text] = [new TextEncoder(), new TextDecoder()];

/** `bytes`: of a decision or a receipt, as JSON. */
export function withoutLists(bytes: Uint8Array): Uint8Array {
  const entry = JSON.parse(text.decode(bytes)) as Partial<Decision> & Pick<Receipt, 'detail' | 'retracts'>;
  const { coverage, findings = [] } = entry;
  const left = [
    counted(findings, 'findings'),
    counted(coverage?.notEvaluated ?? [], 'what was not evaluated'),
    counted(entry.retracts, 'retracted findings'),
  ].filter((part) => part !== null);
  const shortened = {
    ...entry,
    detail: sentences(
      entry.detail,
      `Shortened to what the broker takes: without ${left.join(', ') || 'lists'}.`,
    ),
    ...(coverage === undefined ? {} : { coverage: { ...coverage, notEvaluated: [] } }),
    retracts: [],
    ...(entry.findings === undefined ? {} : { findings: [] }),
  };
  return utf8.encode(JSON.stringify(shortened));
}

function counted(list: readonly unknown[], what: string): string | null {
  return list.length === 0 ? null : `${what} (${list.length})`;
}
