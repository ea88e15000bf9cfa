/** `claimgate doctor`: what is right on this machine, what is not, and how to mend it. */
import { Command } from 'commander';
import { systemClock } from '../base/clock.js';
import { compileFolder } from '../compile-folder.js';
import { missingRulesFolder } from '../config/rules-folder.js';
import type { Settings } from '../config/settings.js';
import {
  checkBroker,
  checkDataDir,
  checkMachine,
  checkNode,
  checkPort,
  checkSecret,
  checkText,
  type Finding,
  fine,
  missing,
  settingsInForce,
} from './doctor-checks.js';
import { checkDurable } from './doctor-durable.js';
import { checkReleases } from './doctor-releases.js';
import { settingsOrExit } from './exit.js';
import { openScreen, type Screen } from './terminal.js';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('look at this machine and say what is missing')
    .addHelpText('after', '\nEnds with 1 where something that claimgate needs is missing.')
    .action(runDoctor);
}

async function runDoctor(): Promise<void> {
  const settings = settingsOrExit();
  const screen = openScreen();
  const findings: Finding[] = [];
  for (const check of checksOf(settings)) {
    screen.live('looking …');
    const found = [await check()].flat();
    findings.push(...found);
    for (const finding of found) sayFinding(screen, finding);
  }
  screen.settle();
  const inForce = settingsInForce(settings);
  screen.say(`settings: ${inForce.length === 0 ? 'all at their defaults' : ''}`);
  for (const line of inForce) screen.say(`  ${line}`);
  if (findings.some(({ level }) => level === 'missing')) process.exitCode = 1;
}

type Found = Finding | readonly Finding[];

function checksOf(settings: Settings): readonly (() => Found | Promise<Found>)[] {
  const { CLAIMGATE_HTTP_HOST: host, CLAIMGATE_HTTP_PORT: port, CLAIMGATE_DATA_DIR: dataDir } = settings;
  return [
    () => checkNode(),
    checkText,
    () => checkMachine(settings.CLAIMGATE_WORKERS),
    () => checkRules(settings.CLAIMGATE_RULES),
    () => checkBroker(settings),
    () => checkPort(host, port),
    () => checkDataDir(dataDir),
    () => checkSecret(settings.CLAIMGATE_PATIENT_SECRET, dataDir),
    () => checkReleases(settings),
    () => checkDurable(settings),
  ];
}

async function checkRules(folder: string): Promise<Finding> {
  const absent = missingRulesFolder(folder);
  if (absent !== null) return missing('no rules', absent);
  const startedMs = systemClock.tickMs();
  const artifact = await compileFolder(folder);
  if (!artifact.ok) {
    const first = artifact.error.split('\n').slice(0, 4).join('\n    ');
    return missing(
      `the rules in ${folder} do not compile`,
      `claimgate rules check says where:\n    ${first}`,
    );
  }
  const { name, version, rules, tables } = artifact.value;
  const rows = Object.values(tables).reduce((sum, table) => sum + table.rows, 0);
  const took = Math.round(systemClock.tickMs() - startedMs);
  return fine(
    `rules ${name} version ${version}: ${rules.length} rules, ${rows} table rows, compiled in ${took} ms`,
  );
}

function sayFinding(screen: Screen, { level, what, mend }: Finding): void {
  const mark = {
    fine: screen.paint('green', '✓'),
    note: screen.paint('yellow', '•'),
    missing: screen.paint('red', '✗'),
  };
  screen.say(`${mark[level]} ${what}`);
  if (mend !== null) screen.say(`  → ${mend}`);
}
