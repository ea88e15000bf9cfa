/** Why nothing was stored, as the national answer says it to a person. */
import type { ErrorCode } from '../base/errors.js';

const sentences: Partial<Record<ErrorCode | 'unavailable', string>> = {
  unavailable: '暂时无法保存，请重发',
  unauthorised: '缺少或错误的 API key',
  'too-large': '请求超过大小限制',
  'wrong-institution': '机构代码与凭证不符',
  'invalid-institution': '缺少或错误的机构代码',
  malformed: '请求无法读取',
  busy: '请求过多，请稍后再试',
};

export function nationalSentence(code: ErrorCode | 'unavailable'): string {
  return sentences[code] ?? '服务内部错误';
}
