import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ClaimGenerator, usualOptions } from '../../../bench/claims/generate.js';
import { render as renderSimulated } from '../../../bench/claims/render.js';
import { nationalOrderFields } from '../../../src/claim/formats/nhsa/order-fields.js';
import { requestNodes } from '../../../src/claim/formats/nhsa/request-nodes.js';
import { arbitraryClaim } from '../arbitrary-claim.js';
import { plainSpelling, render } from '../render.js';
import { jsonBytes, payload } from '../settings.js';
import { compareScan } from './compare-scan-national.js';

type Json = Record<string, unknown>;

const payloadsFolder = new URL('../../fixtures/payloads/', import.meta.url);
const decode = (bytes: Uint8Array) => JSON.parse(new TextDecoder().decode(bytes));

/** The recorded in-patient request. */
const request = () => decode(payload('05_3102_request_inpatient_presettle.json'));
const dataOf = (body: Json) => (body['input'] as Json)['data'] as Json;
const patientOf = (body: Json) => (dataOf(body)['patient_dtos'] as Json[])[0] as Json;
const encounterOf = (body: Json) => (patientOf(body)['fsi_encounter_dtos'] as Json[])[0] as Json;
const ordersOf = (body: Json) => encounterOf(body)['fsi_order_dtos'] as Json[];

/** The recorded request, changed. */
function changed(change: (body: Json) => void): Uint8Array {
  const body = request();
  change(body);
  return jsonBytes(body);
}

/** The recorded request with other texts in its place. */
function rewritten(from: string | RegExp, to: string): Uint8Array {
  const text = JSON.stringify(request());
  const changedText = text.replace(from, to);
  expect(changedText).not.toBe(text);
  return new TextEncoder().encode(changedText);
}

describe('recorded bodies', () => {
  it.each(readdirSync(payloadsFolder))('%s is read the same or left to the plain reader', (name) => {
    const outcome = compareScan(payload(name));
    if (/^(01|05)_/.test(name)) expect(outcome).toBe('same');
  });

  const wild = decode(payload('11_wild_shape_variants.json')) as {
    variants: { id: string; fragment: Json }[];
  };
  it.each(wild.variants.map(({ id, fragment }) => [id, [fragment].flat() as Json[]] as const))(
    'with the wild variant %s wherever it may stand',
    (_, fragments) => {
      for (const fragment of fragments) {
        for (const placeOf of [dataOf, patientOf, encounterOf, (body: Json) => ordersOf(body)[0] as Json]) {
          compareScan(changed((body) => Object.assign(placeOf(body), fragment)));
        }
        compareScan(
          jsonBytes({ infno: '3101', input: fragment['data'] === undefined ? { data: fragment } : fragment }),
        );
      }
    },
  );
});

describe('made bodies', () => {
  it('simulated ones are all taken', () => {
    const generator = new ClaimGenerator({ ...usualOptions, seed: 11, tablesDir: 'rules/tables' });
    for (let i = 0; i < 200; i++) {
      expect(compareScan(renderSimulated(generator.claim(i).claim, 'nhsa').body)).toBe('same');
    }
  });

  it('arbitrary ones are all taken, in either spelling', () => {
    const spelling = fc.record({
      numbers: fc.boolean(),
      blank: fc.constantFrom('', null),
      camelCase: fc.boolean(),
      objects: fc.constant(false),
    });
    fc.assert(
      fc.property(arbitraryClaim(), spelling, (claim, spelt) => {
        expect(compareScan(render(claim, 'nhsa-json', spelt))).toBe('same');
      }),
    );
  });

  it('lists of one that are sent as the object itself are read the same or left alone', () => {
    fc.assert(
      fc.property(arbitraryClaim({ maxLines: 2 }), fc.boolean(), (claim, camelCase) => {
        compareScan(render(claim, 'nhsa-json', { ...plainSpelling, objects: true, camelCase }));
      }),
    );
  });
});

describe('bodies that are taken although they are unusual', () => {
  const encounter = (id: string, orders: unknown) => (body: Json) => {
    const list = patientOf(body)['fsi_encounter_dtos'] as Json[];
    list.push({ ...list[0], mdtrt_id: id, fsi_order_dtos: orders });
  };

  it.each<[string, Uint8Array]>([
    ['indented', new TextEncoder().encode(JSON.stringify(request(), null, 2))],
    [
      'indented with tabs and carriage returns',
      new TextEncoder().encode(JSON.stringify(request(), null, '\t').replaceAll('\n', '\r\n')),
    ],
    ['without orders', changed((body) => Object.assign(encounterOf(body), { fsi_order_dtos: [] }))],
    ['with null for orders', changed((body) => Object.assign(encounterOf(body), { fsi_order_dtos: null }))],
    [
      'with an empty text for orders',
      changed((body) => Object.assign(encounterOf(body), { fsi_order_dtos: ' - ' })),
    ],
    ['without a node for orders', changed((body) => delete encounterOf(body)['fsi_order_dtos'])],
    ['with an empty order', changed((body) => ordersOf(body).push({}))],
    ['with an encounter that is history', changed((body) => encounter('OLD', ordersOf(body))(body))],
    ['with an encounter without orders', changed(encounter('OLD', ''))],
    [
      'with one encounter in two pieces',
      changed((body) => encounter(String(encounterOf(body)['mdtrt_id']), [{ rx_id: 'X' }])(body)),
    ],
    [
      'with one patient as an object',
      changed((body) => Object.assign(dataOf(body), { patient_dtos: patientOf(body) })),
    ],
    [
      'with the node names as values',
      changed((body) => Object.assign(dataOf(body), { syscode: 'fsi_order_dtos' })),
    ],
    [
      "with vendors' own nodes",
      changed((body) =>
        Object.assign(ordersOf(body)[1] as Json, { TarItemID: 7, extra: { deep: [[1], { a: null }] } }),
      ),
    ],
    [
      'nested as deeply as may be',
      changed((body) => Object.assign(ordersOf(body)[0] as Json, { extra: [[[[[[[1]]]]]]] })),
    ],
    ['with escaped texts', rewritten(/"hilist_name":"./, '"hilist_name":"\\u4e2d\\/\\n')],
  ])('%s', (_, body) => {
    expect(compareScan(body)).toBe('same');
  });
});

describe('bodies that are left to the plain reader', () => {
  it.each<[string, Uint8Array]>([
    ['with a byte order mark', new Uint8Array([0xef, 0xbb, 0xbf, ...jsonBytes(request())])],
    [
      'orders beside the data',
      changed((body) => {
        (body['input'] as Json)['fsi_order_dtos'] = ordersOf(body);
        delete encounterOf(body)['fsi_order_dtos'];
      }),
    ],
    [
      'one order without a list',
      changed((body) => Object.assign(encounterOf(body), { fsi_order_dtos: ordersOf(body)[0] })),
    ],
    ['a null among orders', changed((body) => ordersOf(body).push(null as unknown as Json))],
    ['both spellings', changed((body) => Object.assign(ordersOf(body)[0] as Json, { rxId: 'OTHER' }))],
    ['an escaped name', rewritten('"rx_id"', '"rx\\u005fid"')],
    [
      'an escaped name of the list',
      rewritten('"fsi_order_dtos"', '"fsi_order_dto\\u0073":0,"fsi_order_dtos"'),
    ],
    ['the list twice', rewritten('"fsi_order_dtos"', '"fsi_order_dtos":[{}],"fsi_order_dtos"')],
    [
      'no encounter that is named',
      changed((body) => {
        const list = patientOf(body)['fsi_encounter_dtos'] as Json[];
        list.push({ ...list[0], mdtrt_id: 'OLD' });
        patientOf(body)['curr_mdtrt_id'] = 'NONE';
      }),
    ],
  ])('%s', (_, body) => {
    expect(compareScan(body)).toBe('declined');
  });

  it.each<[string, Uint8Array]>([
    ['two patients', changed((body) => (dataOf(body)['patient_dtos'] as Json[]).push({}))],
    ['the list twice, escaped once', rewritten(/"fsi_order_dtos":\[.*?\}\]/, '$&,"fsi_order_dto\\u0073":0')],
    ['another transaction', changed((body) => Object.assign(body, { infno: '2204' }))],
    ['a number for orders', changed((body) => Object.assign(encounterOf(body), { fsi_order_dtos: 0 }))],
    ['a number among orders', changed((body) => ordersOf(body).push(7 as unknown as Json))],
    [
      'too many orders',
      changed((body) =>
        Object.assign(encounterOf(body), { fsi_order_dtos: Array(5001).fill({ rx_id: 'X' }) }),
      ),
    ],
    [
      'too many orders in two lists',
      changed((body) => {
        const list = patientOf(body)['fsi_encounter_dtos'] as Json[];
        for (const fsi_order_dtos of [Array(2501).fill({}), Array(2500).fill({})])
          list.push({ mdtrt_id: 'OLD', fsi_order_dtos });
        encounterOf(body)['fsi_order_dtos'] = [];
      }),
    ],
    [
      'too many trace codes',
      changed((body) => Object.assign(ordersOf(body)[0] as Json, { drugtracinfo: Array(1001).fill('8') })),
    ],
    [
      'an order that is nested too deeply',
      changed((body) => Object.assign(ordersOf(body)[0] as Json, { extra: [[[[[[[[1]]]]]]]] })),
    ],
    [
      'too many values in an order',
      changed((body) => Object.assign(ordersOf(body)[0] as Json, { extra: Array(500_000).fill(0) })),
    ],
    ['too many values elsewhere', changed((body) => Object.assign(body, { extra: Array(500_000).fill(0) }))],
    ['a list before the root ends', rewritten(/\}$/, '')],
    ['another value behind the root', rewritten(/\}$/, '} {}')],
    ['a comma too many', rewritten('},{"rx_id"', '},,{"rx_id"')],
    ['a comma at the end of an order', rewritten('},{"rx_id"', ',},{"rx_id"')],
    ['a key without a value', rewritten('"rxno":', '"rxno",')],
    ['a control character', rewritten('"rxno":"', '"rxno":"\u0001')],
    ['a quoted list name', rewritten('"fsi_order_dtos":', '"x\\"fsi_order_dtos":1,:')],
  ])('refused: %s', (_, body) => {
    expect(compareScan(body)).toBe('declined, unreadable');
  });

  it('a list whose name is only the end of another name', () => {
    expect(compareScan(rewritten('"fsi_order_dtos"', '"x\\"fsi_order_dtos"'))).not.toBe(
      'declined, unreadable',
    );
  });
});

describe('what a scanner keeps of a request', () => {
  const folder = new URL('../../../src/claim/formats/nhsa/', import.meta.url);

  it.each(['read-national.ts', 'encounters.ts', 'reply.ts'])('is all that %s reads', (file) => {
    const source = readFileSync(new URL(file, folder), 'utf8');
    const names = [...source.matchAll(/(?:node|lists|ownList|sharedList)\([^()']*'([a-z_0-9]+)'/g)].map(
      (match) => match[1] as string,
    );
    // Orders are asked for one of their nodes before they are read; such requests are left to the plain reader.
    const kept = names.filter((name) => nationalOrderFields[name] === undefined);
    const departments = [...source.matchAll(/readDepartment\(fields, '([a-z_]+)'/g)].map((match) => match[1]);
    expect(names.length).toBeGreaterThan(3);
    expect(requestNodes).toEqual(expect.arrayContaining(kept));
    expect(requestNodes).toEqual(
      expect.arrayContaining(departments.flatMap((name) => [`${name}_codg`, `${name}_name`])),
    );
  });
});
