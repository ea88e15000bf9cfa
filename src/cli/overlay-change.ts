/** A change of the overlay, signed with the operator's key and handed in. */
import { systemClock } from '../base/clock.js';
import { visible } from '../base/visible-text.js';
import { type OverlayChange, placeText } from '../ruleset/overlay/change-overlay.js';
import {
  commitOverlay,
  draftOverlay,
  overlaySettled,
  signOperatorOverlay,
} from '../ruleset/overlay/overlay-desk.js';
import { rulesInForce } from '../ruleset/overlay/rules-in-force.js';
import { settle } from '../ruleset/release/settled.js';
import { refuse } from './exit.js';
import { folderRules } from './folder-rules.js';
import { keyFor, refuseRelease, withDesk } from './ruleset-desk.js';

export interface ChangeOptions {
  readonly key: string;
  readonly reason: string;
  readonly unknownRule?: boolean;
}

export async function runChange(change: OverlayChange, options: ChangeOptions): Promise<void> {
  await withDesk(async (desk) => {
    const key = await keyFor(desk, options.key, 'operate');
    if (!key.ok) return refuse(key.error, 1);
    const signer = desk.trusted.get(key.value.id)?.name ?? '';
    const nowMs = systemClock.wallMs();
    const drafted = await draftOverlay(desk, change, { by: signer, reason: options.reason, nowMs });
    if (!drafted.ok) return refuseRelease(drafted.error);
    const known = options.unknownRule === true ? null : () => rulesInForce(desk, folderRules);
    const signed = signOperatorOverlay(drafted.value, key.value);
    const committed = await commitOverlay(desk, signed, { nowMs, rulesInForce: known });
    if (!committed.ok) {
      refuseRelease(committed.error);
      if (committed.error.reason === 'unknown-rule') console.error('add --unknown-rule where that is meant');
      return;
    }
    await settle();
    const settled = await overlaySettled(desk, signed);
    if (!settled.ok) return refuseRelease(settled.error);
    const by = `(overlay ${committed.value.number}, ${signer}: ${options.reason})`;
    console.log(visible(`${changeText(change)} ${by}`));
  });
}

function changeText(change: OverlayChange): string {
  switch (change.do) {
    case 'kill':
      return `rule ${change.rule} is switched off ${placeText(change)}`;
    case 'revive':
      return `rule ${change.rule} is no longer switched off ${placeText(change)}`;
    case 'snooze':
      return `rule ${change.rule} is snoozed ${placeText(change)} until ${change.until}`;
    case 'wake':
      return `rule ${change.rule} is no longer snoozed ${placeText(change)}`;
    case 'release': {
      const what = change.rules.length === 0 ? 'every rule' : `rule ${change.rules.join(', ')}`;
      return `${what} of version ${change.version} is off the brake`;
    }
  }
}
