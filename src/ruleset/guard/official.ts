/** What a rule's basis says of the document behind it. */
import type { ParsedRule } from '../parse/rule-text.js';

/** A document number as official documents carry it: `闽医保〔2024〕47号`, also with other brackets. */
const numberForm = /[〔[［(（]\s*(19|20)\d{2}\s*[〕\]］)）]\s*(第?\s*\d+)\s*号/;
/** The two national libraries, which are published without a number. */
const libraries = /规则库|知识库|两库/;

export function hasDocumentNumber({ document, basis }: ParsedRule): boolean {
  return numberForm.test(basis.number ?? '') || numberForm.test(document);
}

export function isNationalLibrary({ document }: ParsedRule): boolean {
  return libraries.test(document);
}
