/** The look of the report: on a screen, and on the paper of a meeting. */
export const style = `
:root { --ink: #1d2733; --soft: #5b6b7c; --rule: #dde3ea; --own: #1f5fa8; --other: #c07f1a; --gained: #b4372f;
  --lost: #2f7d4f; --paper: #fff; }
* { box-sizing: border-box; }
body { margin: 0; background: #eef1f5; color: var(--ink);
  font: 15px/1.6 "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC",
  "Source Han Sans SC", sans-serif; }
main { max-width: 1020px; margin: 0 auto; padding: 40px 56px 64px; background: var(--paper); }
header { border-bottom: 3px solid var(--own); padding-bottom: 16px; }
h1 { margin: 0 0 4px; font-size: 28px; letter-spacing: .02em; }
h2 { margin: 44px 0 6px; font-size: 20px; }
h2 + p, .note { margin: 0 0 12px; color: var(--soft); font-size: 13px; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: 2px 18px; margin: 12px 0 0; font-size: 14px; }
dl.facts dt { color: var(--soft); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(165px, 1fr)); gap: 14px; margin: 24px 0 0; }
.card { border: 1px solid var(--rule); border-left: 4px solid var(--own); border-radius: 4px; padding: 12px 16px; }
.card b { display: block; font-size: 23px; line-height: 1.3; white-space: nowrap; font-variant-numeric: tabular-nums; }
.card span { color: var(--soft); font-size: 13px; }
.card.gained { border-left-color: var(--gained); } .card.lost { border-left-color: var(--lost); }
table { width: 100%; border-collapse: collapse; font-size: 14px; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: 13px; border-bottom: 2px solid var(--rule); }
th, td { padding: 6px 10px 6px 0; vertical-align: top; }
td { border-bottom: 1px solid var(--rule); }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td small { display: block; color: var(--soft); font-size: 12px; }
code { font: 12px/1.5 ui-monospace, Menlo, Consolas, monospace; color: var(--soft); overflow-wrap: anywhere; }
.legend { display: flex; flex-wrap: wrap; gap: 20px; margin: 0 0 4px; font-size: 13px; color: var(--soft); }
.legend i { display: inline-block; width: 22px; height: 0; margin-right: 6px; border-top: 3px solid;
  vertical-align: middle; }
i.own { border-color: var(--own); } i.other { border-color: var(--other); border-top-style: dashed; }
i.gained { border-color: var(--gained); } i.lost { border-color: var(--lost); }
i.pass { border-color: #7fb08f; } i.partial { border-color: #b9c6d3; } i.alert { border-color: #e0a63b; }
i.hold { border-color: #c0473e; } i.not_screened { border-color: #8f7aa8; }
.plot { width: 100%; height: auto; display: block; } .bars { display: block; margin-top: 4px; }
.shares { width: 100%; height: 16px; display: block; margin-top: 4px; }
.grid { stroke: var(--rule); stroke-width: 1; } .tick { fill: var(--soft); font-size: 11px; }
.line { fill: none; stroke-width: 2.2; stroke-linejoin: round; }
.line.own { stroke: var(--own); } .line.other { stroke: var(--other); stroke-dasharray: 6 4; }
.dot.own, .bar.own { fill: var(--own); } .dot.other, .bar.other { fill: var(--other); }
.bar.gained { fill: var(--gained); } .bar.lost { fill: var(--lost); }
rect.pass { fill: #7fb08f; } rect.partial { fill: #b9c6d3; } rect.alert { fill: #e0a63b; } rect.hold { fill: #c0473e; }
rect.not_screened { fill: #8f7aa8; }
.tag { display: inline-block; border: 1px solid var(--rule); border-radius: 3px; padding: 0 6px; font-size: 12px;
  color: var(--soft); white-space: nowrap; }
.up { color: var(--gained); } .down { color: var(--lost); }
details { margin-top: 10px; } summary { cursor: pointer; color: var(--own); font-size: 14px; }
.warning { border-left: 4px solid var(--gained); background: #fdf4f3; padding: 10px 16px; margin: 20px 0 0; }
footer { margin-top: 48px; padding-top: 12px; border-top: 1px solid var(--rule); color: var(--soft); font-size: 12px; }
@media (max-width: 700px) { main { padding: 24px 18px; } table { display: block; overflow-x: auto; } }
@media print { body { background: #fff; font-size: 12px; } main { max-width: none; padding: 0; }
  h2 { break-after: avoid; } tr, .card, svg { break-inside: avoid; } * { print-color-adjust: exact; } }
`;
