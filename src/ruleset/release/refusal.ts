/** Why a release, or a change of what is in force, is not accepted. The live version is untouched then. */
export const refusalReasons = [
  /** No signature, or a document of another shape. */
  'unsigned',
  /** The signature does not fit the text, or the bundle not the manifest. */
  'tampered',
  /** Signed with a key that this node does not trust. */
  'unknown-key',
  /** Signed with a key that may not do this. */
  'wrong-role',
  /** Activated with the key that published it: it takes two. */
  'same-signer',
  /** A version below the lowest that may still be in force. */
  'older-than-floor',
  /** A change that an earlier one has overtaken, or the same one again. */
  'overtaken',
  /** There is no such version. */
  'unknown-version',
  /** The broker cannot be asked for it: asked again. */
  'unreachable',
  /** The rule set does not compile here, or breaks the policy guard. */
  'does-not-compile',
  /** The process that compiles it has ended, or taken too long, which says nothing of the rules: tried again. */
  'compiler-ended',
  /** It compiles to something other than what was published. */
  'other-content',
  'failing-examples',
  /** A worker could not load or warm it. */
  'failing-warm-up',
  /** Its effect on history is not known, or above the ceiling and not approved a second time. */
  'impact',
  /** No rule of this name is in force. */
  'unknown-rule',
  /**
   * A change whose number nobody counts to; or one of the overlay that has no sense: a time, a reason, nothing there to
   * lift; or more than it may hold.
   */
  'unfit',
] as const;

export type RefusalReason = (typeof refusalReasons)[number];

export interface Refusal {
  readonly reason: RefusalReason;
  /** A sentence for a person. */
  readonly message: string;
}

export function refusal(reason: RefusalReason, message: string): Refusal {
  return { reason, message };
}
