/** How a command ends that cannot begin. */
import { readProcessSettings, type Settings } from '../config/settings.js';

/** The settings of this process; where they are wrong, says all that is wrong and ends with 2. */
export function settingsOrExit(): Settings {
  const settings = readProcessSettings();
  if (settings.ok) return settings.value;
  for (const problem of settings.error) console.error(problem);
  process.exit(2);
}

/** Says why and sets the exit code. */
export function refuse(problem: string, exitCode: number): void {
  console.error(problem);
  process.exitCode = exitCode;
}
