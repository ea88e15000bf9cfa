import { describe, expect, test } from 'vitest';
import { createLogger } from '../../src/ops/logger.js';

function linesOf(readable: boolean, write: (log: ReturnType<typeof createLogger>) => void): string[] {
  const lines: string[] = [];
  write(createLogger({ level: 'info', readable, sink: { write: (line) => void lines.push(line) } }));
  return lines;
}

describe('the log', () => {
  test('is one JSON object per line, with time, level and fields', () => {
    const [line = ''] = linesOf(false, (log) => log.warn({ cause: 'hung' }, 'worker lost'));
    expect(JSON.parse(line)).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      cause: 'hung',
      msg: 'worker lost',
    });
  });

  test('is a readable line on a terminal', () => {
    const [line] = linesOf(true, (log) => log.info({ url: 'http://127.0.0.1:1', reasons: [] }, 'not ready'));
    expect(line).toMatch(
      /^\d\d:\d\d:\d\d\.\d{3} info {2}not ready {2}url=http:\/\/127\.0\.0\.1:1 {2}reasons=\[\]\n$/,
    );
  });

  test('leaves out what is below its level', () => {
    expect(linesOf(false, (log) => log.debug({}, 'detail'))).toEqual([]);
  });

  test.each([false, true])(
    'blots out personal data and secrets that came along by mistake (readable: %s)',
    (form) => {
      const person = { patn_name: '张测试', psn_no: '35000011000099001234' };
      const lines = linesOf(form, (log) => {
        log.info({ ...person, apiKey: 'k-secret' }, 'a');
        log.info({ input: { ...person, body: 'k-secret' } }, 'b');
        log.info({ input: { data: { ...person, authorization: 'k-secret' } } }, 'c');
      });
      expect(lines).toHaveLength(3);
      for (const line of lines) {
        expect(line).not.toMatch(/张测试|35000011000099001234|k-secret/);
        expect(line).toContain('[redacted]');
      }
    },
  );
});
