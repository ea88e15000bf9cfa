/** What of the table of metrics is the safety brake's. */
export const brakeMetrics = {
  claimgate_braked_rule: {
    kind: 'gauge',
    labels: ['version', 'rule'],
    help: '1 for each rule in force that the safety brake holds, by the version that made it what it is.',
  },
  claimgate_brakes_unwritten: {
    kind: 'gauge',
    labels: [],
    help: 'Stops of the safety brake that only this node knows of.',
  },
  claimgate_share_outside_band: {
    kind: 'gauge',
    labels: ['version', 'scene', 'share', 'side'],
    help: '1 for each share of a scene (alert, hold) outside of its band that no rule drives which could be stopped.',
  },
} as const;
