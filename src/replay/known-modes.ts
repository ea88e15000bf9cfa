/** What knowledge a claim is judged with: all that the rule set has adopted, or that of its own day. */
export const knownModes = ['now', 'then'] as const;
export type Known = (typeof knownModes)[number];
