/** The columns of a table, from the schema file as the compiler reads it. */
import { fail, ok, type Result } from '../../base/result.js';
import { Problems } from '../diagnostics/diagnostic.js';
import { renderDiagnostics } from '../diagnostics/render.js';
import { SourceText } from '../diagnostics/source-text.js';
import { parseTable } from '../parse/table-text.js';
import { readYaml } from '../parse/yaml.js';
import type { TableShape } from './table-shape.js';

/** The shape in `rules/tables/<table>.yaml`; the error is a readable text with carets. */
export function readTableShape(path: string, text: string): Result<TableShape, string> {
  const problems = new Problems();
  const file = new SourceText(path, text);
  const root = readYaml(file, problems);
  // The rows are what an import makes, so there are none to read.
  const noRows = new SourceText(path.replace(/\.yaml$/, '.csv'), '');
  const table = root === null ? null : parseTable(file, noRows, problems, root);
  if (table === null) return fail(renderDiagnostics(problems.sorted()));
  return ok({
    columns: Object.fromEntries(
      table.columns.map(({ name, type, values }) => [name.value, { type, values }] as const),
    ),
  });
}
