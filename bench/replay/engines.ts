/**
 * What a replay is compared with, in one thread of this process, bodies in memory: the bare engine, which reads and
 * judges and knows of no history; and for settlements the least that has to be done for rules to have one: judged over
 * the history so far, and entered into it.
 */
import { sha256Hex } from '../../src/base/hash.js';
import { claimOf } from '../../src/claim/columns/claim-of.js';
import { ClaimReader } from '../../src/claim/columns/claim-reader.js';
import { scanners } from '../../src/claim/columns/scanners.js';
import { buildDictionaries } from '../../src/claim/dictionaries.js';
import { eventOfClaim } from '../../src/claim/durable/only-a-claim.js';
import { patientKeyer } from '../../src/claim/patient-key.js';
import { decide } from '../../src/decision/decide.js';
import { applyEvent } from '../../src/history/events/apply-event.js';
import { assemble } from '../../src/history/events/assemble.js';
import { ledgerOf, recordLedger } from '../../src/history/events/ledger-record.js';
import { stateSource } from '../../src/history/source.js';
import { Overlay } from '../../src/history/state.js';
import type { Artifact } from '../../src/ruleset/compile/artifact.js';
import { type InstantiatedRuleset, instantiate } from '../../src/ruleset/runtime/instantiate.js';
import type { Meter } from '../../src/ruleset/runtime/screened.js';

const meter: Meter = { mayGoOn: () => true, enter: () => {} };
const nothing = { get: () => undefined };

export class SettlingEngine {
  readonly #ruleset: InstantiatedRuleset;
  readonly #reader: ClaimReader;
  readonly #memory = new Overlay(nothing);
  readonly #own = new Overlay(this.#memory);
  readonly #history = stateSource(this.#own);
  #seq = 0;

  constructor(artifact: Artifact) {
    const dictionaries = buildDictionaries(artifact.regions);
    if (!dictionaries.ok) throw new Error(dictionaries.error.join('\n'));
    const settings = {
      dictionaries: dictionaries.value,
      patientKey: patientKeyer('a secret for benchmarks'),
    };
    this.#ruleset = instantiate(artifact);
    this.#reader = new ClaimReader(settings, this.#ruleset.items, scanners);
  }

  /** A settlement that says nothing beyond its claim. Throws where it is none. */
  settle(body: Uint8Array, streamMs: number): void {
    const read = this.#reader.read(body, 'native-json');
    if (!read.ok) throw new Error(read.error.message);
    const { columns, format } = read.value;
    const event = eventOfClaim(claimOf(columns), format);
    const institution = event.claim.institution.code ?? '';
    const eventId = event.claim.eventId ?? '';
    const contentHash = sha256Hex(body);
    this.#own.at(streamMs);
    if (ledgerOf(institution, eventId, this.#own) !== null) throw new Error('every event is another one');
    const claim = assemble(event, this.#own);
    if (claim !== event.claim) throw new Error('a settlement that bills nothing else');
    const screened = this.#ruleset.screen(columns, meter, this.#history);
    const ruleset = this.#ruleset.name;
    const lineCount = columns.lines.count;
    const decision = decide({ claim, lineCount, contentHash, ...screened, ruleset, path: 'durable' });
    const standing = decision.findings.map(({ findingId, lines }) => ({
      findingId,
      violating: lines.filter(({ role }) => role === 'violating').map(({ id }) => id),
    }));
    const when = { seq: ++this.#seq, streamMs, institution, contentHash };
    applyEvent(event, claim, standing, when, this.#own);
    const decisionId = decision.decisionId ?? '';
    recordLedger(institution, eventId, { ...when, decisionId }, this.#own);
    this.#own.moveDown();
  }
}
