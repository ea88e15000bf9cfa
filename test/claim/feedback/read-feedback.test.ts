import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dispositions, type Feedback, storedForm } from '../../../src/claim/feedback/feedback.js';
import { readNationalFeedback } from '../../../src/claim/feedback/read-national.js';
import { readNativeFeedback } from '../../../src/claim/feedback/read-native.js';
import { encodeGbkJson } from '../../../src/decision/encoders/gbk.js';

const sample = new URL('../../fixtures/payloads/04_3103_feedback_request.json', import.meta.url);
const institution = 'H35010200417';
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

function national(value: unknown): Feedback {
  const { feedback } = readNationalFeedback(bytes(value), null);
  if (!feedback.ok) throw new Error(feedback.error.message);
  return feedback.value;
}

function native(value: unknown): Feedback {
  const feedback = readNativeFeedback(bytes(value));
  if (!feedback.ok) throw new Error(feedback.error.message);
  return feedback.value;
}

const warn = { warn_rslt_id: 'JR1', dspo_way: '1', dspo_way_rea: '病情需要' };
const said = { findingId: 'JR1', disposition: 'continued' };

describe('3103', () => {
  test('as a HIS sends it becomes what we store, without whoever sent it', async () => {
    const body = await readFile(sample);
    const { feedback, messageId, charset } = readNationalFeedback(body, null);
    expect([messageId, charset]).toEqual(['H35010200417202603120942330002', 'utf-8']);
    const stored = storedForm((feedback as { value: Feedback }).value, institution, body);
    expect(JSON.parse(stored.bytes.toString())).toEqual({
      feedbackId: stored.feedbackId,
      eventId: 'H35010200417202603120942330002',
      sentAt: '2026-03-12T09:42:33+08:00',
      institution,
      decisionId: null,
      claimId: null,
      stage: 'pre',
      findings: [
        { findingId: 'JR7f1c0b52e9', lines: [], disposition: 'revised', code: null, reason: null },
        {
          findingId: 'JR7f1c0b530a',
          lines: [],
          disposition: 'continued',
          code: null,
          reason: '近期调整降糖方案，血糖波动大，临床需复查',
        },
      ],
    });
    for (const personal of ['测试医师甲', 'D350100002317']) {
      expect(stored.bytes.toString()).not.toContain(personal);
    }
  });

  test('is read in the shapes in which it is found', () => {
    const one = [{ ...said, lines: [], code: null, reason: '病情需要' }];
    expect(national({ input: { data: { warns: warn } } }).findings).toEqual(one);
    expect(national({ input: { warns: [warn] } }).findings).toEqual(one);
    const camel = { warnRsltId: 'JR1', dspoWay: 1, dspoWayRea: '病情需要' };
    expect(national({ input: { data: { warns: [camel] } } }).findings).toEqual(one);
    expect(national({ infno: '', input: { data: [{ warn_type: 2, warns: [warn] }] } }).stage).toBe('mid');
  });

  test('in GBK', () => {
    const body = encodeGbkJson(JSON.stringify({ input: { data: { warns: [warn] } } }));
    const { feedback, charset } = readNationalFeedback(body, 'gbk');
    expect(charset).toBe('gbk');
    expect(feedback.ok && feedback.value.findings[0]?.reason).toBe('病情需要');
  });

  test('keeps a way that only the region knows', () => {
    const regional = { ...warn, dspo_way: '5' };
    const [finding] = national({ input: { data: { warns: [regional] } } }).findings;
    expect(finding).toMatchObject({ disposition: 'other', code: '5' });
  });

  test.each([
    ['no body', null, 'Expected an object at the body.'],
    ['no warns', {}, 'Expected at least one entry at input.data.warns.'],
    ['warns that are a text', { input: { data: { warns: 'x' } } }, 'Expected a list at input.data.warns.'],
    [
      'a warn without its id',
      { input: { data: { warns: [warn, { ...warn, warn_rslt_id: '' }] } } },
      'Expected an id at input.data.warns[1].warn_rslt_id.',
    ],
    ['another transaction', { infno: '3101' }, 'Expected transaction 3103 at infno.'],
    [
      'too many',
      { input: { data: { warns: Array(501).fill(warn) } } },
      'input.data.warns holds 501 entries; the limit is 500.',
    ],
  ])('%s is said to be wrong, and where', (_what, body, message) => {
    const { feedback } = readNationalFeedback(bytes(body), null);
    expect(feedback.ok === false && feedback.error.message).toBe(message);
  });
});

describe('native feedback', () => {
  test('keeps what is named and drops the rest', () => {
    const full = {
      eventId: 'E1',
      sentAt: '2026-03-12 09:42:33',
      decisionId: 'd1',
      claimId: 'H1/S1',
      stage: 'mid',
      doctor: { name: '测试医师甲' },
      findings: [{ ...said, lines: ['L1', 2], reason: ' a\r\nb ', name: '测试医师甲' }],
    };
    expect(native(full)).toEqual({
      eventId: 'E1',
      sentAt: Date.UTC(2026, 2, 12, 1, 42, 33),
      institution: null,
      decisionId: 'd1',
      claimId: 'H1/S1',
      stage: 'mid',
      findings: [{ ...said, lines: ['L1', '2'], code: null, reason: 'a b' }],
    });
  });

  test.each([
    ['a list', [], 'Expected an object at the body.'],
    ['no findings', {}, 'Expected a list at findings.'],
    ['none', { findings: [] }, 'Expected at least one finding at findings.'],
    ['no object', { findings: ['JR1'] }, 'Expected an object at findings[0].'],
    ['no id', { findings: [{ disposition: 'revised' }] }, 'Expected an id at findings[0].findingId.'],
    [
      'another word',
      { findings: [{ findingId: 'JR1', disposition: '1' }] },
      `Expected one of ${dispositions.join(', ')} at findings[0].disposition.`,
    ],
    [
      'lines that are none',
      { findings: [{ ...said, lines: [{}] }] },
      'Expected an id at findings[0].lines[0].',
    ],
  ])('%s is said to be wrong, and where', (_what, body, message) => {
    const read = readNativeFeedback(bytes(body));
    expect(read.ok === false && read.error.message).toBe(message);
  });
});

describe('a reason', () => {
  const reasonOf = (reason: unknown) => native({ findings: [{ ...said, reason }] }).findings[0]?.reason;

  test.each([
    ['350102195411201234', '***'],
    ['患者35010219541120123X本人', '患者***本人'],
    ['电话 138-0000-0000 已联系', '电话 *** 已联系'],
    ['证件３５０１０２１９５４１１２０１２３４', '证件***'],
    ['每次 2 片，共 14 天，2026-03-12 复查', '每次 2 片，共 14 天，2026-03-12 复查'],
    ['  ', null],
    [7, null],
  ])('%s is kept as %s', (given, kept) => {
    expect(reasonOf(given)).toBe(kept);
  });

  test('is as long as 500 characters, with none halved', () => {
    expect(reasonOf('长'.repeat(500))).toBe('长'.repeat(500));
    expect(reasonOf('长'.repeat(501))).toBe(`${'长'.repeat(499)}…`);
    expect(reasonOf(`${'长'.repeat(498)}😀😀`)).toBe(`${'长'.repeat(498)}…`);
  });
});

describe('what is stored', () => {
  const id = fc.stringMatching(/^[A-Za-z0-9/_-]{2,40}$/);
  const feedback: fc.Arbitrary<Feedback> = fc.record({
    eventId: fc.option(id),
    sentAt: fc.option(fc.integer({ min: Date.UTC(1990, 0), max: Date.UTC(2090, 0) })),
    institution: fc.constant(institution),
    decisionId: fc.option(id),
    claimId: fc.option(id),
    stage: fc.constantFrom(null, 'pre', 'mid'),
    findings: fc.array(
      fc.record({
        findingId: id,
        lines: fc.array(id),
        disposition: fc.constantFrom(...dispositions),
        code: fc.option(id),
        reason: fc.option(fc.constantFrom('病情需要', 'a', '…')),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  });

  test('reads back as what it was, by the reader of native feedback', () => {
    fc.assert(
      fc.property(feedback, (given) => {
        const { bytes: stored } = storedForm(given, institution, Buffer.from('x'));
        expect(readNativeFeedback(stored)).toEqual({ ok: true, value: given });
      }),
    );
  });

  test('has the same id for the same body of the same institution, and for nothing else', () => {
    const given = native({ eventId: 'E1', findings: [said] });
    const idOf = (of: string, body: string) => storedForm(given, of, Buffer.from(body)).feedbackId;
    expect(idOf('H1', 'a')).toBe(idOf('H1', 'a'));
    expect(new Set([idOf('H1', 'a'), idOf('H2', 'a'), idOf('H1', 'b')]).size).toBe(3);
  });
});
