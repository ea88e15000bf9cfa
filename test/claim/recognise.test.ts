import { describe, expect, it } from 'vitest';
import { recogniseFormat } from '../../src/claim/formats/recognise.js';

const text = (value: string) => new TextEncoder().encode(value);
const native = text('{"eventId":"E","kind":"screening"}');
const national = text('{"infno":"3101","input":{}}');

describe('recognising a format', () => {
  it.each([
    ['application/json', native, 'native-json'],
    ['application/json; charset=utf-8', national, 'nhsa-json'],
    ['application/json;charset=GBK', national, 'nhsa-gbk'],
    ['text/plain; charset="gb2312"', national, 'nhsa-gbk'],
    ['application/msgpack', native, 'native-msgpack'],
    ['application/x-msgpack', new Uint8Array([0x81]), 'native-msgpack'],
    ['application/vnd.msgpack', new Uint8Array([0x81]), 'native-msgpack'],
    ['application/octet-stream', new Uint8Array([0x85, 0xa1]), 'native-msgpack'],
    [null, new Uint8Array([0xde, 0x00, 0x10]), 'native-msgpack'],
    [null, new Uint8Array([0xdf, 0x00]), 'native-msgpack'],
    [null, native, 'native-json'],
    [null, national, 'nhsa-json'],
    [null, new Uint8Array([]), 'native-json'],
    [null, text('nonsense'), 'native-json'],
  ])('%s', (contentType, bytes, format) => {
    expect(recogniseFormat(contentType, bytes)).toBe(format);
  });

  it.each([
    ['white space and a byte order mark', '\ufeff\r\n\t { "input" : {} }', 'nhsa-json'],
    ['a national key after others', '{"a":[{"infno":1}],"b":"infno","msgid":"M"}', 'nhsa-json'],
    [
      'national keys inside a native claim',
      '{"eventId":"infno","lines":[{"input":1}],"input":{}}',
      'native-json',
    ],
    ['keys as values', '{"x":"infno","y":"eventId"}', 'native-json'],
    ['escapes', '{"a\\"input":1,"b":"\\\\","infno":"3101"}', 'nhsa-json'],
    ['no decisive key', '{"x":{"infno":"3101"}}', 'native-json'],
    ['a body cut in its first key', '{"inf', 'native-json'],
  ])('%s', (_, body, format) => {
    expect(recogniseFormat(null, text(body))).toBe(format);
  });
});
