import { describe, expect, test } from 'vitest';
import { contentTypeOf, formatOf, readTerms } from '../../src/screening/terms.js';

describe('the encoding that a request names', () => {
  test.each([
    [null, null],
    ['application/json', null],
    ['application/json; charset=UTF-8', null],
    ['application/json;charset=GBK', 'nhsa-gbk'],
    ['text/plain; charset="gb2312"', 'nhsa-gbk'],
    ['application/json; boundary=x; Charset = gb18030', 'nhsa-gbk'],
    ['application/x-www-form-urlencoded', null],
    ['application/msgpack', 'native-msgpack'],
    ['Application/X-MsgPack', 'native-msgpack'],
  ])('%s', (contentType, format) => {
    expect(formatOf(contentType)).toEqual({ ok: true, value: format });
  });

  test.each(['text/html', 'application/xml', 'multipart/form-data; boundary=x', 'gbk'])(
    '%s: refused',
    (type) => {
      expect(formatOf(type)).toEqual({ ok: false, error: 'unsupported-content-type' });
    },
  );

  test('what an answer is labelled with is read back as its own encoding', () => {
    expect(formatOf(contentTypeOf('nhsa-gbk'))).toEqual({ ok: true, value: 'nhsa-gbk' });
    expect(formatOf(contentTypeOf('native-msgpack'))).toEqual({ ok: true, value: 'native-msgpack' });
    expect(formatOf(contentTypeOf('native-json'))).toEqual({ ok: true, value: null });
  });
});

describe('budget and version', () => {
  test.each([
    ['30', 30],
    ['0.5', 0.5],
    ['0', null],
    ['-3', null],
    ['soon', null],
    [null, null],
  ])('a budget of %s', (budget, callerBudgetMs) => {
    const terms = readTerms({ contentType: null, budget, version: null });
    expect(terms).toEqual({ ok: true, value: { format: null, callerBudgetMs } });
  });

  test('only our own version is spoken', () => {
    expect(readTerms({ contentType: null, budget: null, version: '1' }).ok).toBe(true);
    const other = readTerms({ contentType: null, budget: null, version: '2' });
    expect(other).toEqual({ ok: false, error: 'unsupported-version' });
  });
});
