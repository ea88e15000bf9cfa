/** What a thrown value says, in one line for a person. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
