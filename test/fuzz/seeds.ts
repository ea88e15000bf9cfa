/**
 * What fuzzing starts from: recorded requests, their wild variants, and claims of the tests' and the
 * benchmarks' makers.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { ClaimGenerator, usualOptions } from '../../bench/claims/generate.js';
import { render as renderSimulated, simulatedFormats } from '../../bench/claims/render.js';
import { packWire } from '../../src/base/wire.js';
import type { WireFormat } from '../../src/claim/formats/wire-format.js';
import { arbitraryClaim } from '../claim/arbitrary-claim.js';
import { render, type Spelling } from '../claim/render.js';
import { type Input, projectRoot } from './subject.js';

export const wireFormats: readonly WireFormat[] = ['native-json', 'native-msgpack', 'nhsa-json', 'nhsa-gbk'];

/** Inputs of one format. `seed` chooses the generated ones. */
export function seedsOf(format: WireFormat, seed: number): readonly Input[] {
  const generated = [...fromClaims(format, seed), ...fromBenchmarks(format, seed)];
  const recorded = format.startsWith('nhsa')
    ? requests().map((body) => national(body, format))
    : tiny(format);
  return [...recorded, ...generated].map((bytes) => ({ bytes, format }));
}

const spellings: readonly Spelling[] = [
  { numbers: false, blank: '', objects: false, camelCase: false },
  { numbers: true, blank: null, objects: false, camelCase: false },
  { numbers: false, blank: null, objects: true, camelCase: true },
];

function fromClaims(format: WireFormat, seed: number): Uint8Array[] {
  const claims = fc.sample(arbitraryClaim({ maxLines: 4 }), { seed, numRuns: 9 });
  return claims.map((claim, i) => render(claim, format, spellings[i % spellings.length]));
}

/** Reading the tables takes longer than all the rest, so one generator makes the claims of every seed. */
let generator: ClaimGenerator | null = null;

function fromBenchmarks(format: WireFormat, seed: number): Uint8Array[] {
  const tablesDir = join(projectRoot, 'rules/tables');
  generator ??= new ClaimGenerator({ ...usualOptions, tablesDir, lines: 3 });
  const name = simulatedFormats.find((known) => format.startsWith(known)) ?? 'nhsa';
  const claims = [0, 1, 2].map((i) => (generator as ClaimGenerator).claim(seed + i).claim);
  const bodies = claims.map((claim) => renderSimulated(claim, name).body);
  return bodies.map((body) => (format === 'nhsa-gbk' ? recode(body) : new Uint8Array(body)));
}

function recode(body: Uint8Array): Uint8Array {
  return new Uint8Array(iconv.encode(Buffer.from(body).toString('utf8'), 'gbk'));
}

const payloads = join(projectRoot, 'test/fixtures/payloads');

type Json = Record<string, unknown>;

function payload(name: string): Json {
  return JSON.parse(readFileSync(join(payloads, name), 'utf8')) as Json;
}

/** All recorded bodies, answers and other transactions too, and the variants set into a request. */
function requests(): Json[] {
  const names = readdirSync(payloads).filter((name) => name.endsWith('.json'));
  const [wild, ...whole] = names
    .map(payload)
    .sort((a, b) => Number('variants' in b) - Number('variants' in a));
  const variants = (wild as { variants: { fragment: Json | Json[] }[] }).variants;
  const fragments = variants.flatMap(({ fragment }) => (Array.isArray(fragment) ? fragment : [fragment]));
  return [...whole, ...fragments.map(withFragment)];
}

/** A fragment's nodes, wherever in the smallest request a node may stand. */
function withFragment(fragment: Json): Json {
  if (Object.hasOwn(fragment, 'input')) return { infno: '3102', ...fragment };
  if (Object.hasOwn(fragment, 'data')) return { infno: '3102', input: fragment };
  const order = { rx_id: 'L1', hilist_code: '001201000030000', cnt: 1, sumamt: '24.00', ...fragment };
  const encounter = { mdtrt_id: 'V1', med_type: '21', fsi_order_dtos: [order], ...fragment };
  const patient = { patn_id: '83000000000000000017', curr_mdtrt_id: 'V1', fsi_encounter_dtos: [encounter] };
  return {
    infno: '3101',
    msgid: 'M1',
    input: { data: { trig_scen: '2', patient_dtos: [patient], ...fragment } },
  };
}

function national(body: Json, format: WireFormat): Uint8Array {
  const text = JSON.stringify(body);
  return format === 'nhsa-gbk' ? new Uint8Array(iconv.encode(text, 'gbk')) : new TextEncoder().encode(text);
}

/** Native bodies small enough that one change weighs. */
function tiny(format: WireFormat): Uint8Array[] {
  const line = { id: 'L1', itemCode: '001201000030000', quantity: 2, unitPrice: '12.5', amount: '25.00' };
  const bodies: Json[] = [
    { kind: 'screening' },
    { kind: 'screening', lines: [line] },
    {
      kind: 'refund',
      reverses: { claimId: 'H/V1' },
      lines: [line, { ...line, id: 'L2', quantity: -2, amount: -25 }],
    },
    {
      eventId: 'E1',
      encounter: { id: 'V1', type: 'outpatient', medType: '11' },
      patient: { id: '8301', sex: 'male' },
    },
  ];
  return bodies.map((body) =>
    format === 'native-msgpack' ? packWire(body) : new TextEncoder().encode(JSON.stringify(body)),
  );
}
