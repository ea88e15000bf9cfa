/** What the rule set finds that the other does not, and the other way round. */
import type { Report, RuleChange, RuleFigures } from '../report.js';
import { html, type Markup } from './markup.js';
import { balance } from './plots.js';
import { money, number } from './words.js';

export function comparisonSection({ rules }: Report): Markup {
  const changed = rules
    .flatMap((rule) =>
      rule.change === null || !isChange(rule.change) ? [] : [{ rule, change: rule.change }],
    )
    .toSorted((a, b) => weight(b.change) - weight(a.change));
  const most = Math.max(0, ...changed.flatMap(({ change }) => [change.gained, change.lost]));
  if (changed.length === 0) {
    return html`<section><h2>与对照规则集的差异</h2><p>两个规则集在这段时间内的疑点完全相同。</p></section>`;
  }
  return html`<section><h2>与对照规则集的差异</h2>
<p>同一单据、同一规则、同一批违规明细视为同一疑点。</p>
<p class="legend"><span><i class="lost"></i>减少</span><span><i class="gained"></i>新增</span></p>
<table><thead><tr><th>规则</th><th>减少 / 新增</th><th class="n">减少疑点</th><th class="n">新增疑点</th>
<th class="n">金额变化</th><th class="n">处置改变</th></tr></thead>
<tbody>${changed.map(({ rule, change }) => changeRow(rule, change, most))}</tbody></table></section>`;
}

function isChange({ gained, lost, otherEffect }: RuleChange): boolean {
  return gained + lost + otherEffect > 0;
}

function weight({ gained, lost, otherEffect }: RuleChange): number {
  return (gained + lost) * 1_000_000 + otherEffect;
}

function changeRow({ rule, title, told }: RuleFigures, change: RuleChange, most: number): Markup {
  const { gained, gainedClaims, gainedFen, lost, lostClaims, lostFen, otherEffect } = change;
  const fen = gainedFen - lostFen;
  const whose = told[0] === null ? '（已取消）' : told[1] === null ? '（新规则）' : '';
  return html`<tr><td>${title}${whose}<small>${rule}</small></td><td>${balance(lost, gained, most)}</td>
<td class="n down">${moved('−', lost, lostClaims)}</td>
<td class="n up">${moved('+', gained, gainedClaims)}</td>
<td class="n">${fen > 0 ? '+' : fen < 0 ? '−' : ''}${money(Math.abs(fen))}</td>
<td class="n">${otherEffect === 0 ? '' : number(otherEffect)}</td></tr>`;
}

function moved(sign: string, findings: number, claims: number): Markup | null {
  return findings === 0 ? null : html`${sign}${number(findings)}<small>${number(claims)} 张单据</small>`;
}
