/** Names of tables and columns as words: `drugBudgetLeft`, `drug_budget_left` and `drug-budget-left` alike. */
export function titleWords(name: string): string {
  return name
    .normalize('NFKC')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_\-.]+/g, ' ')
    .toLowerCase();
}
