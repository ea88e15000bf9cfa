/**
 * The slow twin of a replay: one message after another, read by the plain readers, screened without any index, over a
 * state that is a map; figures are counted from the list of everything that was said.
 */
import { dayOf, formatDay, startOfDay } from '../../src/base/calendar.js';
import { sha256Hex } from '../../src/base/hash.js';
import type { Claim } from '../../src/claim/claim.js';
import { columnsOf } from '../../src/claim/columns/fill-columns.js';
import { buildDictionaries } from '../../src/claim/dictionaries.js';
import { readEvent } from '../../src/claim/durable/read-event.js';
import { patientKeyer } from '../../src/claim/patient-key.js';
import type { Finding } from '../../src/decision/decision.js';
import { applyEvent } from '../../src/history/events/apply-event.js';
import { assemble } from '../../src/history/events/assemble.js';
import { stateSource } from '../../src/history/source.js';
import type { State } from '../../src/history/state.js';
import type { Period } from '../../src/replay/period.js';
import type { Artifact } from '../../src/ruleset/compile/artifact.js';
import { type InstantiatedRuleset, instantiate } from '../../src/ruleset/runtime/instantiate.js';

export interface Said {
  readonly day: string;
  readonly scene: string;
  readonly institution: string;
  readonly department: string;
  /** By side. */
  readonly findings: readonly (readonly Finding[])[];
  readonly status: readonly string[];
  readonly excessFen: readonly number[];
}

export interface TwinResult {
  readonly said: readonly Said[];
  readonly messages: Readonly<Record<string, number>>;
  /** Side and rule of each finding that fell, in no order. */
  readonly retracted: readonly string[];
}

class MapState implements State {
  readonly #values = new Map<string, Uint8Array>();
  get(table: string, key: Uint8Array) {
    return this.#values.get(nameOf(table, key));
  }
  put(table: string, key: Uint8Array, value: Uint8Array) {
    this.#values.set(nameOf(table, key), value);
  }
  remove(table: string, key: Uint8Array) {
    this.#values.delete(nameOf(table, key));
  }
}

const nameOf = (table: string, key: Uint8Array) => `${table} ${Buffer.from(key).toString('hex')}`;

const patient = { mayGoOn: () => true, enter: () => {} };

export function slowTwin(
  texts: readonly string[],
  artifacts: readonly Artifact[],
  period: Period,
): TwinResult {
  const rulesets = artifacts.map(instantiate);
  const dictionaries = buildDictionaries({});
  if (!dictionaries.ok) throw new Error(dictionaries.error.join());
  const settings = {
    dictionaries: dictionaries.value,
    patientKey: patientKeyer('a secret of the slow twin'),
  };
  const state = new MapState();
  const events = new Map<string, string>();
  const said: Said[] = [];
  const retracted: string[] = [];
  const messages: Record<string, number> = {};
  const count = (what: string) => (messages[what] = (messages[what] ?? 0) + 1);
  const [from, end] = [startOfDay(period.from), startOfDay(period.to + 1)];
  let named = from;
  let streamMs = 0;
  for (const [i, text] of texts.entries()) {
    const body = Buffer.from(text);
    const time = /"sentAt":"([^"]+)"/.exec(text)?.[1];
    const at = time === undefined ? named : Date.parse(time);
    if (at >= end) {
      count('after');
      continue;
    }
    named = at;
    streamMs = Math.max(streamMs, at);
    const day = formatDay(dayOf(at));
    const judged = at >= from;
    if (judged && time === undefined) count('undated');
    const read = readEvent(body, null, settings);
    const claim = read.ok ? read.value.claim : null;
    if (!read.ok || claim === null || claim.institution.code === null) {
      if (claim?.kind === 'screening') {
        if (judged) said.push(screen(claim, rulesets, state, day));
      } else count('unusable');
      continue;
    }
    if (claim.kind === 'screening') {
      if (judged) said.push(screen(claim, rulesets, state, day));
      continue;
    }
    const id = `${claim.institution.code} ${claim.eventId}`;
    const contentHash = sha256Hex(body);
    const known = events.get(id);
    if (known !== undefined) {
      count(known !== contentHash ? 'unusable' : judged ? 'duplicate' : 'warmed');
      continue;
    }
    const assembled = assemble(read.value, state);
    const own = assembled !== null && judged ? screen(assembled, rulesets, state, day) : null;
    if (own !== null) said.push(own);
    const standing = (own?.findings ?? []).flatMap((findings, side) =>
      findings.map(({ rule, findingId, lines }) => ({
        findingId: `${side} ${rule} ${findingId}`,
        violating: lines.filter(({ role }) => role === 'violating').map((line) => line.id),
      })),
    );
    const when = { seq: i + 1, streamMs, institution: claim.institution.code, contentHash };
    const applied = applyEvent(read.value, assembled, standing, when, state);
    events.set(id, contentHash);
    if (!judged) count('warmed');
    else {
      if (own === null) count(`recorded ${claim.kind}`);
      retracted.push(...applied.retracts.map((finding) => finding.split(' ').slice(0, 2).join(' ')));
    }
  }
  return { said, messages, retracted };
}

function screen(claim: Claim, rulesets: readonly InstantiatedRuleset[], state: State, day: string): Said {
  const screened = rulesets.map((ruleset) => {
    ruleset.items.beginClaim();
    return ruleset.screenByScan(columnsOf(claim, ruleset.items), patient, stateSource(state));
  });
  return {
    day,
    scene: claim.kind === 'screening' ? String(claim.scene ?? 'unknown') : claim.kind,
    institution: claim.institution.code ?? '',
    department: claim.encounter.department ?? '',
    findings: screened.map(({ findings }) => findings),
    status: screened.map(({ findings, notEvaluated }) => {
      const effects = findings.map(({ effect }) => effect).filter((effect) => effect !== 'record');
      if (effects.includes('hold')) return 'hold';
      if (effects.length > 0) return 'alert';
      const isEmpty = claim.kind === 'screening' && claim.lines.length === 0;
      return notEvaluated.length > 0 || isEmpty ? 'partial' : 'pass';
    }),
    excessFen: screened.map(({ excessByLine }) => [...excessByLine.values()].reduce((a, b) => a + b, 0)),
  };
}
