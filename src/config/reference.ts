/** The table of settings as text: for `claimgate serve --help` and for the README. */
import { type SettingSpec, settingTable } from './table.js';

/** One paragraph per setting, for a terminal. */
export function settingsHelp(): string {
  const entries = Object.entries<SettingSpec>(settingTable).map(([name, spec]) => {
    const values = [`Default: ${defaultOf(spec)}`, rangeOf(spec)].filter((part) => part !== '').join('; ');
    return `  ${name}\n      ${spec.doc}\n      ${values}.`;
  });
  return `Settings (environment variables):\n\n${entries.join('\n')}\n`;
}

/** A Markdown table of all settings; the README holds exactly this text, and a test compares them. */
export function settingsMarkdown(): string {
  const rows = Object.entries<SettingSpec>(settingTable).map(([name, spec]) => {
    return `| \`${name}\` | ${cell(defaultOf(spec))} | ${cell(rangeOf(spec))} | ${cell(spec.doc)} |`;
  });
  return ['| setting | default | values | what |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function defaultOf(spec: SettingSpec): string {
  switch (spec.kind) {
    case 'optional':
      return spec.unset;
    case 'integer':
      return spec.defaultDoc ?? String(spec.default);
    case 'codes':
      return 'none';
    default:
      return String(spec.default);
  }
}

function rangeOf(spec: SettingSpec): string {
  switch (spec.kind) {
    case 'integer':
      return `${spec.min} to ${spec.max}`;
    case 'choice':
      return spec.values.join(', ');
    case 'flag':
      return 'true, false';
    case 'codes':
      return 'institution codes, separated by commas';
    case 'optional':
      return spec.minLength === undefined ? '' : `at least ${spec.minLength} characters`;
    case 'text':
      return '';
  }
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
