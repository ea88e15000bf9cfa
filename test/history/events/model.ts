/**
 * The plain twin of what events do: objects in maps, everything worked out anew whenever somebody asks. Written to be
 * obviously right and not to be fast; what the packed records say has to agree with it after every event.
 */
import { dayOf } from '../../../src/base/calendar.js';
import type { Claim, Line } from '../../../src/claim/claim.js';
import type { DurableEvent } from '../../../src/claim/durable/durable-event.js';
import { netLines } from '../../../src/claim/netting.js';
import { NoteTaker } from '../../../src/claim/notes.js';
import type { StandingFinding } from '../../../src/history/events/apply-event.js';
import { institution } from './build.js';
import { addBack, type Back, backOf, type ModelClaim, type ModelLine, type Visit } from './model-shapes.js';
import { StockModel } from './stock-model.js';

export class Model {
  readonly claims = new Map<string, ModelClaim>();
  readonly visits = new Map<string, Visit>();
  readonly #stock = new StockModel();
  /** By the number of a record of sale: the lines of which claims, and its deletions. */
  readonly #numbers = new Map<
    string,
    { sales: [string, Set<string>][]; isDeleted: boolean; waits: boolean }
  >();
  #seq = 0;

  claim(id: string): ModelClaim {
    let claim = this.claims.get(id);
    if (claim === undefined) {
      claim = {
        stands: false,
        stage: 'new',
        reversedAt: null,
        settled: false,
        patient: null,
        encounter: null,
      } as ModelClaim;
      Object.assign(claim, { lines: new Map(), findings: new Map(), returns: [], undone: new Set() });
      claim.recordings = [];
      this.claims.set(id, claim);
    }
    return claim;
  }

  visit(id: string): Visit {
    const visit = this.visits.get(id) ?? { fees: new Map(), waiting: [], claims: new Set() };
    this.visits.set(id, visit);
    return visit;
  }

  /** Applies an event; answers the retracted findings, ascending. */
  apply(event: DurableEvent, findings: readonly StandingFinding[]): string[] {
    this.#seq++;
    switch (event.claim.kind) {
      case 'fees':
        this.#fees(event);
        return [];
      case 'settlement':
      case 'sale':
        return this.#settle(event, findings);
      case 'reversal':
        return this.#reverse(event.claim);
      case 'stock':
        this.#stock.apply(event.stock ?? [], this.#seq);
        this.#forgetSales();
        return (event.stock ?? [])
          .flatMap(({ type, undoes, id }) =>
            type === 'delete' && undoes === 'sale' && id !== null ? this.#deleteSale(id) : [],
          )
          .sort();
      default:
        return this.#giveBack(event.claim);
    }
  }

  #fees({ claim, chargeBatches, deletes }: DurableEvent): void {
    const { fees } = this.visit(claim.encounter.id as string);
    for (const [key, fee] of [...fees]) {
      if (deletes === null) break;
      if (deletes.chargeBatch !== null && fee.batch !== deletes.chargeBatch) continue;
      if (deletes.lines !== null && !deletes.lines.includes(key.split(' ')[1] as string)) continue;
      if (fee.billedBy === null) fees.delete(key);
      else fee.line = null;
    }
    claim.lines.forEach((line, i) => {
      const batch = chargeBatches[i] ?? null;
      const key = `${batch ?? ''} ${line.id}`;
      const fee = fees.get(key);
      fees.set(key, { line, batch, billedBy: fee?.billedBy ?? null, sent: this.#seq });
    });
  }

  #billed({ claim, bills }: DurableEvent) {
    if (claim.encounter.id === null) return [];
    return [...this.visit(claim.encounter.id).fees.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, fee]) => fee)
      .filter(({ line, billedBy }) => line !== null && (billedBy === null || billedBy === claim.claimId))
      .filter(({ batch }) => bills === null || (batch !== null && bills.includes(batch)));
  }

  /** The lines that a settlement is screened with. */
  assembled(event: DurableEvent): Line[] {
    const carried = event.claim.lines;
    const held = new Map<string, { line: Line; sent: number }>();
    for (const { line, sent } of this.#billed(event)) {
      if (line === null || carried.some(({ id }) => id === line.id)) continue;
      if ((held.get(line.id)?.sent ?? 0) <= sent) held.set(line.id, { line, sent });
    }
    const lines = [...carried, ...[...held.values()].map(({ line }) => line)].map((line) => {
      const traces = event.traces.filter((trace) => trace.line === line.id);
      const traceCodes = [...new Set([...line.traceCodes, ...traces.flatMap(({ codes }) => codes)])];
      return { ...line, traceCodes, splitPack: line.splitPack || traces.some(({ split }) => split) };
    });
    const origins = lines.map(({ itemCode }) => ({ encounter: 0, item: itemCode }));
    if (held.size > 0) netLines(lines, origins, new NoteTaker());
    return lines;
  }

  #settle(event: DurableEvent, findings: readonly StandingFinding[]): string[] {
    const { claimId, encounter } = event.claim;
    const visit = encounter.id === null ? null : this.visit(encounter.id);
    const all = this.assembled(event);
    const deleted = this.#numberSale(event);
    const lines = all.filter(({ id }) => !deleted.has(id));
    const claim = this.claim(claimId as string);
    const charged = all.filter(({ refund }) => !refund).map(({ id }) => id);
    const refunds = all.filter(({ refund, reverses }) => refund && reverses !== null);
    const netted = refunds.filter(({ reverses }) => charged.includes(reverses as string)).map(({ id }) => id);
    const outgoing = refunds.filter(({ id }) => !netted.includes(id)).map((line) => backOf(line, line.id));
    const waiting = (visit?.waiting ?? []).filter(
      ({ source }) => source === null || !netted.includes(source),
    );
    const isNothing = deleted.size > 0 && claim.lines.size === 0 && !lines.some(({ refund }) => !refund);
    const isReversed = this.#isUndoneBefore(claim, event.claim);
    const counts = !isReversed && !isNothing;
    if (!isNothing || isReversed) visit?.claims.add(claimId as string);
    let rest = waiting;
    if (counts) {
      for (const fee of this.#billed(event)) fee.billedBy = claimId;
      this.#record(claim, { ...event.claim, lines }, event, findings);
      const has = this.#linesOf(claim);
      rest = waiting.filter((back) => !this.#concerns(back, has));
      for (const back of [...waiting, ...outgoing]) {
        if (this.#concerns(back, has)) addBack(claim.returns, back);
      }
    } else if (isReversed) {
      const has = [...this.#linesOf(claim), ...lines.filter(({ refund }) => !refund)];
      rest = waiting.filter((back) => back.source !== null || !this.#concerns(back, has));
      for (const back of outgoing) if (this.#concerns(back, has)) addBack(rest, back);
      if (!claim.stands) {
        for (const { id, refund } of event.claim.lines) {
          if (!refund && !deleted.has(id)) claim.undone.add(id);
        }
        if (event.claim.kind !== 'sale') Object.assign(claim, { stage: 'reversed', returns: [] });
      }
    }
    const retracts = counts ? this.#tidy(claim) : findings.map(({ findingId }) => findingId);
    const own = counts || isReversed ? this.#ownOf(claim, counts ? [] : lines) : [];
    for (const back of outgoing) {
      if (this.#concerns(back, own)) continue;
      const other = this.#claimWith(back, visit, claimId);
      if (other === undefined) addBack(rest, back);
      else {
        addBack(other.returns, back);
        retracts.push(...this.#tidy(other));
      }
    }
    if (visit !== null) visit.waiting = rest;
    return retracts.sort();
  }

  #ownOf(claim: ModelClaim, lines: readonly Line[]): Line[] {
    return [...this.#linesOf(claim), ...lines.filter(({ refund }) => !refund)];
  }

  #linesOf(claim: ModelClaim): Line[] {
    return [...claim.lines.values()].map(({ line, codes }) => ({ ...line, traceCodes: codes }));
  }

  #claimWith(back: Back, visit: Visit | null, except: string | null): ModelClaim | undefined {
    return [...(visit?.claims ?? [])]
      .filter((id) => id !== except)
      .sort()
      .map((id) => this.claim(id))
      .find((each) => this.#concerns(back, this.#linesOf(each)));
  }

  /** A settlement or sale of something that was undone already. */
  #isUndoneBefore(claim: ModelClaim, { kind, sentAt, lines }: Claim): boolean {
    const times = lines.flatMap(({ at }) => (at === null ? [] : [at]));
    const soldAt = times.length === 0 ? null : Math.max(...times);
    const madeAt = kind === 'sale' ? soldAt : sentAt;
    const isKnown = claim.reversedAt !== null && madeAt !== null;
    if (isKnown && (madeAt as number) < (claim.reversedAt as number)) return true;
    if (kind !== 'sale') return claim.stage === 'parked';
    if (claim.stands || claim.stage === 'new' || claim.stage === 'standing') return false;
    const wasSeen = claim.stage === 'reversed' || claim.undone.size > 0;
    return !wasSeen || !isKnown;
  }

  /** Remembers a sale's numbers; answers the lines that were deleted before they came. */
  #numberSale({ claim, recordIds }: DurableEvent): Set<string> {
    const deleted = new Set<string>();
    recordIds.forEach((number, i) => {
      const line = claim.lines[i]?.id;
      if (number === null || line === undefined) return;
      const entry = this.#number(number);
      if (entry.waits) {
        entry.waits = false;
        entry.isDeleted = true;
        deleted.add(line);
        return;
      }
      const known = entry.sales.find(([id]) => id === claim.claimId)?.[1] ?? new Set();
      entry.sales = entry.sales.filter(([id]) => id !== claim.claimId);
      entry.sales.push([claim.claimId as string, known.add(line)]);
    });
    return deleted;
  }

  #number(number: string) {
    const entry = this.#numbers.get(number) ?? { sales: [], isDeleted: false, waits: false };
    this.#numbers.set(number, entry);
    return entry;
  }

  /** The last sale of a number, as if it had not been; answers the findings that fall. */
  #deleteSale(number: string): string[] {
    const entry = this.#number(number);
    const last = entry.sales.pop();
    if (last === undefined) {
      entry.waits = !entry.isDeleted;
      return [];
    }
    entry.isDeleted = true;
    const claim = this.claim(last[0]);
    for (const id of last[1]) {
      const known = claim.lines.get(id);
      if (known === undefined) continue;
      if (known.fromSale) {
        claim.lines.delete(id);
        for (const each of claim.recordings) each.lines = each.lines.filter((line) => line !== id);
      } else {
        claim.lines.set(id, {
          ...known,
          codes: [...(known.unreported?.codes ?? known.codes)],
          split: known.unreported?.split ?? known.split,
          unreported: null,
          soldAt: null,
        });
      }
    }
    if (claim.lines.size > 0 || claim.settled || !claim.stands) return this.#tidy(claim);
    const fallen = [...claim.findings.keys()];
    const visit = claim.encounter === null ? null : this.visit(claim.encounter);
    if (claim.stage === 'new' && claim.returns.length === 0) visit?.claims.delete(last[0]);
    Object.assign(claim, { findings: new Map(), recordings: [], stands: false });
    Object.assign(claim, { settled: false, patient: null, encounter: null });
    return fallen;
  }

  #record(claim: ModelClaim, now: Claim, event: DurableEvent, findings: readonly StandingFinding[]): void {
    const isSale = now.kind === 'sale';
    claim.undone = new Set();
    claim.stands = true;
    if (!isSale) claim.stage = 'standing';
    if (!isSale && !claim.settled) claim.recordings = [];
    claim.settled = claim.settled || !isSale;
    claim.patient ??= now.patient.key;
    claim.encounter ??= now.encounter.id;
    const backCodes = now.lines.flatMap((line) => (line.refund ? line.traceCodes : []));
    const carried = event.claim.lines.map(({ id }) => id);
    for (const line of now.lines.filter(({ refund }) => !refund)) {
      const isBack = line.netQuantityE4 === 0 && line.quantityE4 !== 0;
      const codes = isBack ? [] : line.traceCodes.filter((code) => !backCodes.includes(code));
      const known = claim.lines.get(line.id);
      const isBetter = known === undefined || (known.fromSale && !isSale);
      const kept = isBetter ? { line, fromSale: isSale, carried: carried.includes(line.id) } : known;
      claim.lines.set(line.id, {
        ...kept,
        unreported: unreportedOf(known, codes, line.splitPack, isSale),
        codes: [...new Set([...(known?.codes ?? []), ...codes])],
        split: line.splitPack || (known?.split ?? false),
        soldAt: this.#soldAt(line, isSale, kept.line, known),
      });
    }
    for (const finding of findings) claim.findings.set(finding.findingId, finding.violating);
    if (isSale && claim.settled) return;
    const before = claim.recordings.flatMap(({ lines }) => lines);
    const isKept = (line: Line) => isAsked(line) && isAsked(claim.lines.get(line.id)?.line as Line);
    const ids = now.lines.filter((line) => isKept(line) && !before.includes(line.id)).map(({ id }) => id);
    claim.recordings.push({ seq: this.#seq, claim: now, lines: ids });
  }

  /** When a line left the stock; null where no stock is kept of it, or sale and settlement name different goods. */
  #soldAt(line: Line, isSale: boolean, kept: Line, known: ModelLine | undefined): number | null {
    if (known !== undefined && known.soldAt !== null) {
      if (known.line.itemCode === kept.itemCode) return known.soldAt;
    }
    const isStocked = this.balance(kept.itemCode) !== null;
    return isSale && isStocked && kept.itemCode === line.itemCode ? this.#seq : null;
  }

  /** What follows from a claim's new state: findings fall with their lines, visits with all of theirs. */
  #tidy(claim: ModelClaim): string[] {
    const fallen = [...claim.findings]
      .filter(
        ([, ids]) => ids.length > 0 && ids.every((id) => !claim.lines.has(id) || this.#isUndone(claim, id)),
      )
      .map(([id]) => id);
    for (const id of fallen) claim.findings.delete(id);
    const billed = [...claim.lines.values()].filter(({ fromSale }) => !(claim.settled && fromSale));
    if (billed.length > 0 && billed.every(({ line }) => this.left(claim, line.id) === 0))
      claim.recordings = [];
    return fallen.sort();
  }

  #isUndone(claim: ModelClaim, id: string): boolean {
    const line = claim.lines.get(id)?.line;
    return line !== undefined && line.netQuantityE4 !== 0 && this.left(claim, id) === 0;
  }

  /** What is left of a line. */
  left(claim: ModelClaim, id: string): number | null {
    const left = new Map(
      [...claim.lines].map(
        ([
          line,
          {
            line: { netQuantityE4 },
          },
        ]) => [line, netQuantityE4],
      ),
    );
    const take = (line: string, quantity: number | null): number => {
      const had = left.get(line) ?? null;
      const taken = had === null || quantity === null ? had : Math.min(had, quantity);
      left.set(line, had === null ? 0 : had - (taken as number));
      return quantity === null ? 0 : quantity - (taken ?? quantity);
    };
    const isNamed = (back: Back) => back.line !== null && left.has(back.line);
    for (const back of claim.returns.filter(isNamed)) take(back.line as string, back.quantity);
    const others = claim.returns.filter((back) => !isNamed(back) && back.item !== null);
    for (const item of new Set(others.map((back) => back.item))) {
      let rest = others
        .filter((back) => back.item === item)
        .reduce((sum, back) => sum + (back.quantity ?? 0), 0);
      const ids = [...left.keys()].sort().filter((line) => claim.lines.get(line)?.line.itemCode === item);
      for (const line of ids) if (rest > 0 && left.get(line) !== 0) rest = take(line, rest);
    }
    return left.get(id) ?? null;
  }

  #reverse({ reverses, claimId, sentAt }: Claim): string[] {
    const claim = this.claim(reverses ?? (claimId as string));
    const retracts = [...claim.findings.keys()].sort();
    if (claim.stands || claim.stage === 'new') {
      const visit = claim.encounter === null ? null : this.visit(claim.encounter);
      if (visit !== null && claim.stands) {
        for (const back of claim.returns) if (back.source !== null) addBack(visit.waiting, back);
      }
      for (const { line, carried } of claim.lines.values()) if (carried) claim.undone.add(line.id);
      if (claim.stage !== 'new') claim.returns = [];
      else if (claim.stands) claim.returns = claim.returns.filter(({ source }) => source === null);
      claim.stage = claim.stage === 'new' || claim.stage === 'parked' ? 'parked' : 'reversed';
      for (const visit of this.visits.values()) {
        for (const [key, fee] of [...visit.fees]) {
          if (fee.billedBy === null || this.claims.get(fee.billedBy) !== claim) continue;
          fee.billedBy = null;
          if (fee.line === null) visit.fees.delete(key);
        }
      }
      Object.assign(claim, { lines: new Map(), findings: new Map(), recordings: [], stands: false });
      Object.assign(claim, { settled: false, patient: null, encounter: null });
    }
    if (sentAt !== null) claim.reversedAt = Math.max(sentAt, claim.reversedAt ?? sentAt);
    return retracts;
  }

  #concerns(back: Back, lines: readonly Line[]): boolean {
    if (back.line !== null) return lines.some(({ id }) => id === back.line);
    if (back.item !== null) return lines.some(({ itemCode }) => itemCode === back.item);
    return back.codes.some((code) => lines.some(({ traceCodes }) => traceCodes.includes(code)));
  }

  #giveBack({ reverses, claimId, encounter, lines }: Claim): string[] {
    const named = reverses ?? claimId;
    if (encounter.id === null || (named !== null && named !== `${institution}/${encounter.id}`)) {
      const claim = this.claim(named as string);
      if (claim.stage === 'reversed' && !claim.stands) return [];
      claim.returns.push(...lines.map((line) => backOf(line)));
      return this.#tidy(claim);
    }
    const visit = this.visit(encounter.id);
    const retracts: string[] = [];
    const undone = [...visit.claims].flatMap((id) => [...this.claim(id).undone]);
    for (const back of lines.map((line) => backOf(line))) {
      const claim = [...visit.claims]
        .sort()
        .map((id) => this.claim(id))
        .find((each) =>
          this.#concerns(
            back,
            [...each.lines.values()].map(({ line, codes }) => ({ ...line, traceCodes: codes })),
          ),
        );
      if (claim !== undefined) claim.returns.push(back);
      else if (back.line === null || !undone.includes(back.line)) visit.waiting.push(back);
    }
    for (const id of visit.claims) retracts.push(...this.#tidy(this.claim(id)));
    return retracts.sort();
  }

  /** Of an item of which no stock is kept, sales are not followed. */
  #forgetSales(): void {
    for (const claim of this.claims.values()) {
      for (const line of claim.lines.values())
        if (this.balance(line.line.itemCode) === null) line.soldAt = null;
    }
  }

  balance(item: string | null): number | null {
    const since = this.#stock.since(item);
    if (since === null) return null;
    let balance = since.balance;
    for (const claim of this.claims.values()) {
      for (const { line, soldAt } of claim.lines.values()) {
        if (line.itemCode !== item || soldAt === null || soldAt < since.seq) continue;
        balance -= this.left(claim, line.id) ?? 0;
      }
    }
    return balance;
  }

  /** Standing sales of a code: [claim, line, split]. */
  sales(code: string): (readonly [string, string, boolean])[] {
    return [...this.claims].flatMap(([claimId, claim]) => {
      if (claim.returns.some((back) => back.codes.includes(code))) return [];
      const lines = [...claim.lines.values()]
        .filter(({ line, codes }) => codes.includes(code) && !this.#isUndone(claim, line.id))
        .sort((a, b) => (a.line.id < b.line.id ? -1 : 1));
      const first = lines[0];
      return first === undefined ? [] : [[claimId, first.line.id, lines.some(({ split }) => split)] as const];
    });
  }

  /** The patient's lines, in text, sorted. */
  lines(patient: string): string[] {
    const found = new Map<string, { seq: number; text: string }>();
    for (const claim of this.claims.values()) {
      if (claim.patient !== patient) continue;
      for (const { seq, claim: said, lines } of claim.recordings) {
        for (const id of lines) {
          const line = said.lines.find((each) => each.id === id) as Line;
          const left = this.left(claim, id) as number;
          const key = `${claim.encounter} ${id}`;
          const before = found.get(key);
          if (left === 0 || (before !== undefined && before.seq < seq)) continue;
          const last = dayOf(line.at as number) + (line.kind === 'drug' ? (line.days ?? 1) - 1 : 0);
          found.set(key, { seq, text: `${key} ${line.itemCode} ${line.at} ${last} ${left}` });
        }
      }
    }
    return [...found.values()].map(({ text }) => text).sort();
  }

  /** The patient's encounters, in text, sorted. */
  encounters(patient: string): string[] {
    const recordings = [...this.claims.values()]
      .filter((claim) => claim.patient === patient)
      .flatMap((claim) => claim.recordings.map((recording) => ({ ...recording, encounter: claim.encounter })))
      .sort((a, b) => a.seq - b.seq);
    return [...new Set(recordings.map(({ encounter }) => encounter))]
      .map((encounter) => {
        const said = recordings.filter((each) => each.encounter === encounter).map(({ claim }) => claim);
        const latest = <Fact>(read: (claim: Claim) => Fact | null | undefined) =>
          said.reduce<Fact | null>((known, claim) => read(claim) ?? known, null);
        const facts = [
          latest((claim) => claim.encounter.type),
          latest((claim) => claim.encounter.admittedAt),
          latest((claim) => claim.encounter.dischargedAt),
          latest((claim) => claim.encounter.emergency) ?? false,
          latest((claim) => claim.diagnoses[0]?.code),
        ];
        return `${encounter} ${facts.join(' ')}`;
      })
      .sort();
  }
}

function unreportedOf(
  known: ModelLine | undefined,
  codes: readonly string[],
  split: boolean,
  isSale: boolean,
): ModelLine['unreported'] {
  if (known === undefined || (known.fromSale && isSale)) return null;
  if (known.fromSale) return { codes, split };
  const before = known.unreported ?? { codes: known.codes, split: known.split };
  if (isSale) return before;
  if (known.unreported === null) return null;
  return { codes: [...new Set([...before.codes, ...codes])], split: before.split || split };
}

/** Whether rules can ask for a line. */
function isAsked(line: Line): boolean {
  return line.payable && line.itemCode !== null && line.at !== null && (line.netQuantityE4 ?? 0) > 0;
}
