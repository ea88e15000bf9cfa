/** Rule by rule: how often, how much money, and what could not be decided. */
import type { Report, RuleFigures } from '../report.js';
import { legend } from './distribution.js';
import { html, type Markup } from './markup.js';
import { bars } from './plots.js';
import { effectWords, money, number, severityWords } from './words.js';

const looks = ['own', 'other'] as const;

export function ruleSection(report: Report): Markup {
  const { rules } = report;
  const hits = ({ told }: RuleFigures) => told.map((one) => one?.hits ?? 0);
  const hitting = rules
    .filter((rule) => Math.max(...hits(rule)) > 0)
    .toSorted((a, b) => (hits(b)[0] ?? 0) - (hits(a)[0] ?? 0) || (hits(b)[1] ?? 0) - (hits(a)[1] ?? 0));
  const silent = rules.filter((rule) => !hitting.includes(rule));
  const most = Math.max(0, ...rules.flatMap(({ told }) => told.map((one) => one?.hitsPer10000 ?? 0)));
  return html`<section><h2>各规则命中情况</h2><p>每万张为命中该规则的单据数；金额按该规则单独计算。</p>
${legend(report)}
<table><thead><tr><th>规则</th><th>每万张</th><th class="n">命中单据</th><th class="n">疑点</th>
<th class="n">金额</th><th class="n">事后撤销</th><th class="n">未能判定</th></tr></thead>
<tbody>${hitting.map((rule) => ruleRow(rule, most))}</tbody></table>
${silentRules(silent)}
${samples(hitting)}
</section>`;
}

function ruleRow({ rule, title, severity, effect, told }: RuleFigures, most: number): Markup {
  const [own = null, other] = told;
  const tags = [severityWords[severity], effectWords[effect]].map(
    (word) => html`<span class="tag">${word}</span> `,
  );
  const against = (text: string) => (other === undefined ? null : html`<small>对照 ${text}</small>`);
  const figures = (figure: 'hits' | 'findings') =>
    html`${number(own?.[figure] ?? 0)}${against(other === null ? '无此规则' : number(other?.[figure] ?? 0))}`;
  return html`<tr>
<td>${title} ${tags}<small>${rule}${own === null ? '（仅对照规则集有）' : ''}</small></td>
<td>${(own?.hitsPer10000 ?? 0).toFixed(2)}${bars(
    told.map((one, side) => ({ look: looks[side] ?? '', value: one?.hitsPer10000 ?? 0 })),
    most,
  )}</td>
<td class="n">${figures('hits')}</td><td class="n">${figures('findings')}</td>
<td class="n">${money(own?.excessFen ?? 0)}${against(money(other?.excessFen ?? 0))}</td>
<td class="n">${number(own?.retracted ?? 0)}</td><td class="n">${number(own?.undecided ?? 0)}</td></tr>`;
}

function silentRules(rules: readonly RuleFigures[]): Markup {
  if (rules.length === 0) return html``;
  return html`<details><summary>没有命中的规则（${rules.length} 条）</summary>
<table><thead><tr><th>规则</th><th>处置</th><th class="n">未能判定的单据</th></tr></thead>
<tbody>${rules.map(
    ({ rule, title, effect, told }) =>
      html`<tr><td>${title}<small>${rule}</small></td><td>${effectWords[effect]}</td>
<td class="n">${number(told[0]?.undecided ?? 0)}</td></tr>`,
  )}</tbody></table></details>`;
}

const changeWords = { gained: '新增', lost: '减少', hit: '命中' } as const;

/** A few findings of each rule, for whoever wants to see what a number stands for. */
function samples(rules: readonly RuleFigures[]): Markup {
  const shown = rules.filter((rule) => rule.samples.length > 0);
  if (shown.length === 0) return html``;
  return html`<details><summary>疑点示例（每条规则至多数条）</summary>
<table><thead><tr><th>规则</th><th>单据与明细</th><th>提示</th><th class="n">金额</th></tr></thead>
<tbody>${shown.flatMap(({ title, samples: some }) =>
    some.map(
      ({ change, claimId, lines, message, excessFen }) =>
        html`<tr><td>${title}<small>${changeWords[change]}</small></td><td>
<code>${claimId ?? ''}<br>${lines.slice(0, 6).join(' ')}${lines.length > 6 ? ' …' : ''}</code></td>
<td>${message}</td><td class="n">${money(excessFen)}</td></tr>`,
    ),
  )}</tbody></table></details>`;
}
