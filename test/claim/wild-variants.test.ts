import { describe, expect, it } from 'vitest';
import type { Claim } from '../../src/claim/claim.js';
import { jsonBytes, mustRead, mustRefuse, payload } from './settings.js';

type Json = Record<string, unknown>;

const wild = JSON.parse(new TextDecoder().decode(payload('11_wild_shape_variants.json'))) as {
  variants: { id: string; fragment: unknown }[];
};

/** A fragment of the recorded variants. */
function variant(id: string): Json {
  const found = wild.variants.find((one) => one.id === id);
  if (found === undefined) throw new Error(`no variant ${id}`);
  return found.fragment as Json;
}

/** The in-patient request, with changes to its data, encounter and first order. */
function request(changes: { data?: Json; encounter?: Json; order?: Json; root?: Json } = {}): Json {
  const body = JSON.parse(new TextDecoder().decode(payload('05_3102_request_inpatient_presettle.json')));
  Object.assign(body, changes.root);
  const data = body.input.data;
  const encounter = data.patient_dtos[0].fsi_encounter_dtos[0];
  Object.assign(encounter.fsi_order_dtos[0], changes.order);
  Object.assign(encounter, changes.encounter);
  Object.assign(data, changes.data);
  return body;
}

const read = (body: Json): Claim => mustRead(jsonBytes(body)).claim;
const noted = (claim: Claim) => claim.notes.map((note) => `${note.field} ${note.problem}`);

describe('shapes that real systems send', () => {
  it('objects instead of lists', () => {
    const claim = read({ infno: '3101', input: variant('patient_dtos_object') });
    expect(claim.encounter.id).toBe('X1');
    expect(claim.patient.sex).toBe('male');
    expect(claim.scene).toBe(3);
    expect(claim.lines).toEqual([]);
  });

  it('a list of scenes: the latest that fits the transaction', () => {
    const claim = read(request({ root: { infno: '3101' }, data: variant('multi_scene') }));
    expect(claim.scene).toBe(2);
    expect(noted(claim)).toContain('claim.scene repaired');
  });

  it.each([
    ['3101', ['1', '2'], 2],
    ['3101', '2,1', 2],
    ['3101', '5,4', 5],
    // Admission has no lines, so no rule would look at the orders that came with scene 2.
    ['3101', '2,3', 2],
    ['3101', '1,3', 3],
    ['3101', '2,9', 2],
    ['3102', '2,9', 9],
    ['3102', '9,8,2', 9],
    ['3102', ['8'], 8],
    ['3102', '1,2', 2],
  ])('%s with scenes %j is judged as the latest that fits and has lines', (infno, trig_scen, scene) => {
    expect(read(request({ root: { infno }, data: { trig_scen } })).scene).toBe(scene);
  });

  it('an unknown scene is unknown', () => {
    const claim = read(request({ data: variant('unknown_scene') }));
    expect(claim.scene).toBeNull();
    expect(noted(claim)).toContain('claim.scene unknown-code');
  });

  it('a scene of the other transaction is kept and noted', () => {
    const claim = read(request({ root: { infno: '3101' } }));
    expect(claim.scene).toBe(9);
    expect(noted(claim)).toContain('claim.scene conflict');
  });

  it.each((variant('rule_ids_forms') as unknown as Json[]).map((form) => [JSON.stringify(form), form]))(
    'rule_ids as %s',
    (_, form) => {
      expect(read(request({ data: form as Json }))).toEqual(read(request()));
    },
  );

  it('nodes flattened beside data', () => {
    const { input } = variant('flat_nodes') as { input: Json };
    const claim = read({ input });
    expect(claim.scene).toBe(2);
    expect(claim.claimId).toBeNull();
    expect(claim.diagnoses).toHaveLength(1);
  });

  it('flattened lists give the same claim as nested ones', () => {
    const nested = request();
    const flat = request();
    const data = (flat['input'] as Json)['data'] as Json;
    const patient = (data['patient_dtos'] as Json[])[0] as Json;
    const encounter = (patient['fsi_encounter_dtos'] as Json[])[0] as Json;
    const input: Json = { data, patient_dtos: [patient], fsi_encounter_dtos: [encounter] };
    for (const name of ['fsi_diagnose_dtos', 'fsi_operation_dtos', 'fsi_order_dtos']) {
      input[name] = encounter[name];
      delete encounter[name];
    }
    delete patient['fsi_encounter_dtos'];
    delete data['patient_dtos'];
    flat['input'] = input;
    expect(read(flat)).toEqual(read(nested));
  });

  it.each((variant('still_in_hospital') as unknown as Json[]).map((form) => [JSON.stringify(form), form]))(
    'a stay that goes on: %s',
    (_, form) => {
      expect(read(request({ encounter: form as Json })).encounter.dischargedAt).toBeNull();
    },
  );

  it('numbers as texts and a dash for none', () => {
    const { cnt, pric } = variant('numbers_as_strings_and_dash');
    const claim = read(request({ order: { cnt, pric, sumamt: '-' } }));
    expect(claim.lines[0]).toMatchObject({ quantityE4: 20_000, unitPriceE4Fen: 24_600_000, amountFen: 4920 });
    expect(noted(claim)).toEqual(['lines.amount placeholder', 'lines.amount repaired']);
  });

  it('flags as numbers or texts', () => {
    const flags = variant('flags_as_int_or_string');
    expect(read(request({ order: flags })).lines[0]?.current).toBe(true);
    expect(read(request({ order: { curr_drord_flag: '0' } })).lines[0]?.current).toBe(false);
  });

  it('a local diagnosis code is unknown', () => {
    const claim = read(
      request({ encounter: { fsi_diagnose_dtos: [variant('local_dx_code')], dscg_main_dise_codg: '' } }),
    );
    expect(claim.diagnoses).toEqual([{ code: null, main: null }]);
    expect(noted(claim)).toContain('diagnoses.code unknown-code');
  });

  it('department code and name the wrong way round', () => {
    const claim = read(request({ encounter: variant('swapped_dept_fields') }));
    expect(claim.encounter.department).toBe('100309');
    expect(noted(claim)).toContain('encounter.department repaired');
  });

  it('a department name where a code should be is no code', () => {
    const claim = read(
      request({ encounter: { adm_dept_codg: '骨科', adm_dept_name: '骨科', dscg_dept_codg: '' } }),
    );
    expect(claim.encounter.department).toBeNull();
    expect(noted(claim)).toContain('encounter.department unknown-code');
  });

  it('an empty text for a list', () => {
    expect(read(request({ encounter: variant('operations_empty_string') })).procedures).toEqual([]);
  });

  it.each([
    ['a list', { drugtracinfo: [{ drug_trac_codg: '81234560001234567890' }] }],
    ['an object', { drugtracinfo: { drug_trac_code: '81234560001234567890' } }],
    ['the other name', { drug_trac_info: [{ drug_trac_codg: '81234560001234567890' }] }],
    ['one text', { drug_trac_codg: '81234560001234567890' }],
    [
      'a text beside the list',
      {
        drug_trac_codg: '81234560001234567890',
        drugtracinfo: [{ drug_trac_codg: '81234560001234567890' }],
      },
    ],
  ])('trace codes as %s', (_, order) => {
    expect(read(request({ order })).lines[0]?.traceCodes).toEqual(['81234560001234567890']);
  });

  it('a trace code sent as a number has lost digits and is dropped', () => {
    const text = JSON.stringify(request()).replace(
      '"F42-0101"',
      '"F42-0101","drug_trac_codg":81234560001234567890',
    );
    const claim = mustRead(new TextEncoder().encode(text)).claim;
    expect(claim.lines[0]?.traceCodes).toEqual([]);
    expect(noted(claim)).toContain('lines.traceCodes malformed');
  });

  it('a stay of 医疗类别 21 sent as 就诊类型 1 is a stay', () => {
    const claim = read(request({ encounter: { med_mdtrt_type: '1', med_type: '21' } }));
    expect(claim.encounter.type).toBe('inpatient');
    expect(noted(claim)).toContain('encounter.type conflict');
  });

  it('a pharmacy that sells under an out-patient 医疗类别 is a pharmacy', () => {
    const claim = read(request({ encounter: { med_mdtrt_type: '3', med_type: '14' } }));
    expect(claim.encounter.type).toBe('pharmacy');
    expect(noted(claim)).toEqual([]);
  });

  it.each([
    ['13', true],
    ['24', true],
    ['21', false],
    ['27', null],
    ['X9', null],
  ])('医疗类别 %s as an emergency: %s', (med_type, emergency) => {
    expect(read(request({ encounter: { med_type } })).encounter.emergency).toBe(emergency);
  });

  it.each(['0', '9', '', null, '男'])('sex %j is unknown', (gend) => {
    const body = request();
    const patient = (((body['input'] as Json)['data'] as Json)['patient_dtos'] as Json[])[0] as Json;
    patient['gend'] = gend;
    expect(read(body).patient.sex).toBeNull();
  });

  it('ignores vendor extras, and takes a missing transaction number', () => {
    const order = { order_id: 7, TarItemID: { deep: [1] }, self_paying_flag: 0 };
    expect(read(request({ order, root: { mode: 2, infno: undefined } }))).toEqual(read(request()));
  });
});

describe('what the national request says about money', () => {
  it.each([
    ['outside the catalogue, wholly own money', { hilist_lv: '03', ownpay_amt: '3500.00' }, true],
    ['outside the catalogue, partly own money', { hilist_lv: '03', ownpay_amt: 100 }, false],
    ['outside the catalogue, amounts unknown', { hilist_lv: '03', ownpay_amt: '-', sumamt: '-' }, false],
    ['inside the catalogue, wholly own money', { hilist_lv: '02', ownpay_amt: 3500 }, false],
    ['declared self-paid by the doctor', { hosp_appr_flag: '2' }, true],
    ['approved by the doctor', { hosp_appr_flag: '1' }, false],
    ['the vendor flag', { self_paying_flag: 1 }, true],
  ])('%s', (_, order, selfPaid) => {
    const line = read(request({ order })).lines[0];
    expect(line?.selfPaid).toBe(selfPaid);
    expect(line?.payable).toBe(!selfPaid);
  });

  it('takes the list price of the institution level, else the general one', () => {
    const order = { lv2_hosp_item_pric: '3000.00', lv3_hosp_item_pric: '9.99', hilist_pric: 3500 };
    expect(read(request({ order })).lines[0]?.listPriceE4Fen).toBe(3_000_000_000);
    expect(read(request({ order: { ...order, lv2_hosp_item_pric: '' } })).lines[0]?.listPriceE4Fen).toBe(
      3_500_000_000,
    );
    expect(read(request({ order: { hilist_pric: 0 } })).lines[0]?.listPriceE4Fen).toBeNull();
  });

  it('nets the refund of the recorded stay', () => {
    const lines = read(request()).lines;
    expect(lines[3]).toMatchObject({ netQuantityE4: 50_000, netAmountFen: 9250, payable: true });
    expect(lines[4]).toMatchObject({ refund: true, netQuantityE4: 0, netAmountFen: 0, payable: false });
  });
});

describe('several encounters and patients', () => {
  function withHistory(change: Json = {}): Json {
    const body = request();
    const patient = (((body['input'] as Json)['data'] as Json)['patient_dtos'] as Json[])[0] as Json;
    const [current] = patient['fsi_encounter_dtos'] as Json[];
    const past = {
      ...current,
      mdtrt_id: 'IP202512010001',
      med_type: '11',
      fsi_diagnose_dtos: [{ dise_codg: 'J00' }],
      fsi_order_dtos: [{ rx_id: 'OLD-1', hilist_code: '001201000030000', cnt: -1, pric: 24, sumamt: -24 }],
    };
    Object.assign(patient, { fsi_encounter_dtos: [past, current] }, change);
    return body;
  }

  it('the current one is the claim, lines of the others are history', () => {
    const read = mustRead(jsonBytes(withHistory()));
    expect(read.claim.encounter).toMatchObject({ id: 'IP202603110042', medType: '21' });
    expect(read.claim.diagnoses.some((diagnosis) => diagnosis.code === 'J00')).toBe(false);
    expect(read.claim.lines.map((line) => line.id)[0]).toBe('OLD-1');
    expect(read.claim.lines[0]?.current).toBe(false);
    expect(read.reply.line('OLD-1')?.encounterId).toBe('IP202512010001');
    expect(read.reply.encounterId).toBe('IP202603110042');
  });

  it('a refund of another encounter takes nothing from this one', () => {
    const lines = read(withHistory()).lines;
    expect(lines.find((line) => line.id === 'F42-0201')?.netQuantityE4).toBe(90_000);
  });

  it('one encounter in two pieces is one encounter', () => {
    const piece = { mdtrt_id: 'IP202603110042', fsi_order_dtos: [{ rx_id: 'P-1', curr_drord_flag: '1' }] };
    const body = withHistory();
    const patient = (((body['input'] as Json)['data'] as Json)['patient_dtos'] as Json[])[0] as Json;
    (patient['fsi_encounter_dtos'] as Json[]).push({
      ...piece,
      fsi_diagnose_dtos: [{ dise_codg: 'E11.900' }],
    });
    const claim = read(body);
    expect(claim.lines.find((line) => line.id === 'P-1')?.current).toBe(true);
    expect(claim.diagnoses.map((diagnosis) => diagnosis.code)).toContain('E11.900');
  });

  it('a current encounter that is not among them is noted', () => {
    const claim = read(withHistory({ curr_mdtrt_id: 'ELSEWHERE' }));
    expect(noted(claim)).toContain('encounter.id conflict');
    expect(claim.encounter.id).toBe('IP202603110042');
  });

  it('without a named current encounter the one being ordered for is taken', () => {
    const claim = read(withHistory({ curr_mdtrt_id: '' }));
    expect(noted(claim)).toContain('encounter.id missing');
    expect(claim.encounter.id).toBe('IP202603110042');
  });

  it('several patients are refused', () => {
    const refusal = mustRefuse(
      jsonBytes({ msgid: 'M1', input: { data: { patient_dtos: [{ a: 1 }, { a: 2 }] } } }),
    );
    expect(refusal).toMatchObject({ code: 'several-patients', eventId: 'M1' });
    expect(refusal.message).toBe('patient_dtos holds 2 patients; a request is about one.');
  });

  it('no patient is refused', () => {
    expect(mustRefuse(jsonBytes({ msgid: 'M1', input: { data: {} } })).code).toBe('wrong-shape');
  });
});

describe('the institution', () => {
  it('is the encounter’s, else the sender’s; a disagreement is noted', () => {
    expect(read(request({ encounter: { medins_id: '' } })).institution.code).toBe('H35010200417');
    const claim = read(request({ root: { fixmedins_code: 'H35010299999' } }));
    expect(claim.institution.code).toBe('H35010200417');
    expect(noted(claim)).toContain('institution.code conflict');
  });

  it.each([
    ['05', 2],
    ['01', 3],
    ['1', 1],
    ['3', 3],
    ['11', null],
    ['X', null],
  ])('level %s is %s', (medins_lv, level) => {
    expect(read(request({ encounter: { medins_lv } })).institution.level).toBe(level);
  });

  it('region and type come from the code where they are not sent', () => {
    const encounter = { medins_id: 'P11010500017', medins_type: '', medins_admdvs: '' };
    const claim = read(request({ encounter, root: { mdtrtarea_admvs: '' } }));
    expect(claim.institution).toMatchObject({ type: 'pharmacy', region: '110105' });
  });

  it('decides what a digit means', () => {
    const beijing = { medins_admdvs: '110105', matn_stas: '1', med_type: '19', med_mdtrt_type: '1' };
    const claim = read(request({ encounter: beijing }));
    expect(claim.patient.pregnancy).toBe('none');
    expect(claim.encounter.emergency).toBe(true);
    expect(read(request({ encounter: { matn_stas: '1' } })).patient.pregnancy).toBe('pregnant');
  });
});
