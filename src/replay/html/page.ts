/** The report as one page: opens from disk, loads nothing, runs nothing. */

import type { EpochMs } from '../../base/calendar.js';
import { formatInstant } from '../../claim/dates.js';
import type { Report, ReportedRuleset } from '../report.js';
import { comparisonSection } from './comparison.js';
import { daySection, placeSections, sceneSection } from './distribution.js';
import { html, Markup } from './markup.js';
import { ruleSection } from './rules.js';
import { style } from './style.js';
import { messageName, money, number, rateText } from './words.js';

/** What a browser may do with the page; `frame-ancestors` is for whoever serves it. */
export const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'";

/** `digest`: of the report in its JSON form; null where nothing was judged. `madeAt`: now. */
export function renderPage(report: Report, digest: string | null, madeAt: EpochMs): string {
  const { from, to } = report;
  return html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Markup(pagePolicy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>规则回放报告 ${from} 至 ${to}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<main>
${headSection(report)}
${warning(report)}
${cards(report)}
${report.claims === 0 ? html`<p class="warning">这段时间内没有可以判审的单据。</p>` : bodySections(report)}
${messageSection(report)}
${footer(digest, madeAt)}
</main>
</body>
</html>
`.text;
}

function bodySections(report: Report): readonly Markup[] {
  return [
    daySection(report),
    ...(report.rulesets.length > 1 ? [comparisonSection(report)] : []),
    ruleSection(report),
    ...placeSections(report),
    sceneSection(report),
  ];
}

export function rulesetName({ name, version }: ReportedRuleset): string {
  return `${name} 第 ${version} 版`;
}

function headSection({ source, from, to, known, rulesets }: Report): Markup {
  const [own, other] = rulesets;
  const knownWords =
    known === 'now'
      ? '按现有知识（规则集已采用的全部知识点）'
      : '按当时知识（每张单据只用其当日已公布的知识点）';
  return html`<header>
<h1>医保规则回放报告</h1>
<dl class="facts">
<dt>回放期间</dt><dd>${from} 至 ${to}</dd>
<dt>规则集</dt><dd>${own === undefined ? '' : rulesetFacts(own)}</dd>
${other === undefined ? null : html`<dt>对照规则集</dt><dd>${rulesetFacts(other)}</dd>`}
<dt>知识口径</dt><dd>${knownWords}</dd>
<dt>规则口径</dt><dd>按规则集原文判审，不计规则停用、暂停提示和熔断</dd>
<dt>数据来源</dt><dd>${source}</dd>
</dl>
</header>`;
}

function rulesetFacts(ruleset: ReportedRuleset): Markup {
  const editions = ruleset.editions.map(({ from }) => from).join('、');
  const changed = editions === '' ? '' : `；知识分段起始日：${editions}`;
  return html`${rulesetName(ruleset)}，知识截至 ${ruleset.asOf}${changed} <br><code>${ruleset.id}</code>`;
}

function cards({ claims, totals, rules, rulesets }: Report): Markup {
  const [own, other] = totals;
  if (own === undefined || claims === 0) return html``;
  const sum = (figure: 'gained' | 'lost') =>
    rules.reduce((total, { change }) => total + (change?.[figure] ?? 0), 0);
  const against = (text: string) => (rulesets.length > 1 ? `，对照 ${text}` : '');
  return html`<section class="cards">
<div class="card"><b>${number(claims)}</b><span>判审单据（张）</span></div>
<div class="card"><b>${rateText(own.seen, claims)}</b>
<span>每万张提示单据数（共 ${number(own.seen)} 张${against(number(other?.seen ?? 0))}）</span></div>
<div class="card"><b>${money(own.excessFen)}</b>
<span>涉及金额，同一费用只计一次${against(money(other?.excessFen ?? 0))}</span></div>
${
  rulesets.length > 1
    ? [
        html`<div class="card gained"><b>+${number(sum('gained'))}</b><span>新增疑点（条）</span></div>`,
        html`<div class="card lost"><b>−${number(sum('lost'))}</b><span>减少疑点（条）</span></div>`,
      ]
    : null
}
</section>`;
}

function warning({ messages, unusable }: Report): Markup {
  const spoilt = (messages.unusable ?? 0) + (messages.crashed ?? 0);
  if (spoilt === 0) return html``;
  const [first] = unusable;
  const example = first === undefined ? '' : `首条：${first.place}（${first.reason}）。`;
  return html`<p class="warning">有 ${number(spoilt)} 条消息没有计入：无法读取，或判审时出错。${example}其余见文末。</p>`;
}

function messageSection({ messages, unusable }: Report): Markup {
  const rows = Object.entries(messages);
  if (rows.length === 0) return html``;
  return html`<section><h2>未判审的消息</h2>
<p>判审只针对期间内的单据；其余消息的去向如下。</p>
<table><tbody>${rows.map(
    ([what, count]) => html`<tr><td>${messageName(what)}</td><td class="n">${number(count)}</td></tr>`,
  )}</tbody></table>
${
  unusable.length === 0
    ? null
    : html`<details><summary>无法使用的消息（前 ${unusable.length} 条）</summary><table><tbody>${unusable.map(
        ({ place, reason }) => html`<tr><td><code>${place}</code></td><td>${reason}</td></tr>`,
      )}</tbody></table></details>`
}
</section>`;
}

function footer(digest: string | null, madeAt: EpochMs): Markup {
  return html`<footer>
<p>疑点是规则的提示，不是结论；是否违规由经办人员核实。已撤销结算、退费的疑点在规则表中另行列出。各规则的金额可能指向同一费用，相加大于总额。</p>
${digest === null ? null : html`<p>数据文件 replay.json 的 SHA-256：<code>${digest}</code></p>`}
<p>生成于 ${formatInstant(madeAt).slice(0, 16).replace('T', ' ')}</p>
</footer>`;
}
