import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { settingsHelp, settingsMarkdown } from '../../src/config/reference.js';
import { settingTable } from '../../src/config/table.js';

describe('the reference of settings', () => {
  test.each(Object.keys(settingTable))('%s stands in the help and in the table of the README', (name) => {
    const { doc } = settingTable[name as keyof typeof settingTable];
    expect(settingsHelp()).toContain(`  ${name}\n      ${doc}\n`);
    expect(settingsMarkdown()).toContain(`| \`${name}\` |`);
    expect(settingsMarkdown()).toContain(`| ${doc} |`);
  });

  test('the README holds the table as it is generated', async () => {
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
    expect(readme).toContain(settingsMarkdown());
  });
});
