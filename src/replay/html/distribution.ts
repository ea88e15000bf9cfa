/** When and where: by day, institution, department and scene. */
import type { Status } from '../../decision/decision.js';
import type { Counted, Report, SceneFigures } from '../report.js';
import { html, type Markup } from './markup.js';
import { bars, linePlot, shares } from './plots.js';
import { money, number, percent, rate, rateText, sceneName, statusWords } from './words.js';

const looks = ['own', 'other'] as const;
/** As many as are read; the JSON has all. */
const shownPlaces = 25;

export function legend(report: Report): Markup {
  return html`<p class="legend">${report.rulesets.map(
    ({ name, version }, side) =>
      html`<span><i class="${looks[side] ?? ''}"></i>${side === 0 ? '' : '对照：'}${name} 第 ${version} 版</span>`,
  )}</p>`;
}

export function daySection(report: Report): Markup {
  const { days, rulesets } = report;
  const series = rulesets.map(({ name }, side) => ({
    look: looks[side] ?? '',
    name,
    values: days.map(({ claims, told }) => rate(told[side]?.seen ?? 0, claims)),
  }));
  return html`<section><h2>逐日情况</h2><p>每一万张判审单据中，有提示的单据数。</p>
${legend(report)}
${linePlot(
  days.map(({ day }) => day.slice(5)),
  series,
  ' 张/万张',
)}</section>`;
}

export function placeSections(report: Report): readonly Markup[] {
  const { institutions, departments } = report;
  return [
    placeSection(
      '定点医药机构',
      report,
      institutions.map(({ institution, ...counted }) => ({ name: institution, ...counted })),
    ),
    placeSection(
      '科室',
      report,
      departments.map(({ department, ...counted }) => ({ name: department, ...counted })),
    ),
  ];
}

type Place = Counted & { readonly name: string };

function placeSection(title: string, report: Report, all: readonly Place[]): Markup {
  const ownSeen = ({ told }: Place) => told[0]?.seen ?? 0;
  const places = all.toSorted((a, b) => ownSeen(b) - ownSeen(a)).slice(0, shownPlaces);
  const rates = ({ claims, told }: Place) => told.map(({ seen }) => rate(seen, claims));
  const most = Math.max(...places.flatMap(rates));
  const cut = all.length > places.length ? `共 ${all.length} 个，列出提示最多的 ${places.length} 个。` : '';
  return html`<section><h2>${title}</h2><p>按有提示的单据数排列。${cut}</p>
${legend(report)}
<table><thead><tr><th>${title}</th><th class="n">单据</th><th class="n">有提示</th><th>每万张</th>
<th class="n">涉及金额</th></tr></thead>
<tbody>${places.map((place) => placeRow(place, rates(place), most))}</tbody></table></section>`;
}

function placeRow({ name, claims, told }: Place, rates: readonly number[], most: number): Markup {
  const [own, other] = told;
  const small = (text: string) => (other === undefined ? null : html`<small>对照 ${text}</small>`);
  return html`<tr><td>${name === '' ? '（未填）' : name}</td><td class="n">${number(claims)}</td>
<td class="n">${number(own?.seen ?? 0)}${small(number(other?.seen ?? 0))}</td>
<td>${rateText(own?.seen ?? 0, claims)}${bars(
    rates.map((value, side) => ({ look: looks[side] ?? '', value })),
    most,
  )}</td>
<td class="n">${money(own?.excessFen ?? 0)}${small(money(other?.excessFen ?? 0))}</td></tr>`;
}

const shownStatuses: readonly Status[] = ['pass', 'partial', 'alert', 'hold', 'not_screened'];

export function sceneSection({ scenes }: Report): Markup {
  return html`<section><h2>场景与告警区间</h2>
<p>上线后每 200 张单据的提醒率、暂停率应落在区间内；越出区间即停用本次改动的规则。</p>
<p class="legend">${shownStatuses.map(statusKey)}</p>
<table><thead><tr><th>场景</th><th class="n">单据</th><th>结果构成</th><th class="n">提醒率区间</th>
<th class="n">暂停率区间</th></tr></thead>
<tbody>${scenes.map(sceneRow)}</tbody></table></section>`;
}

function statusKey(status: Status): Markup {
  return html`<span><i class="${status}"></i>${statusWords[status]}</span>`;
}

function sceneRow({ scene, claims, told, band }: SceneFigures): Markup {
  const [own] = told;
  const parts = shownStatuses.map((status) => ({
    look: status,
    name: statusWords[status],
    value: own?.statuses[status] ?? 0,
  }));
  return html`<tr><td>${sceneName(scene)}</td><td class="n">${number(claims)}</td><td>${shares(parts)}</td>
<td class="n">${percent(band.alertLow)} – ${percent(band.alertHigh)}</td>
<td class="n">${percent(band.holdLow)} – ${percent(band.holdHigh)}</td></tr>`;
}
