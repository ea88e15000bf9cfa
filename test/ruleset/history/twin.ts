/**
 * The plain slow twin of the functions that ask of the past: over settled claims as objects, every question from
 * scratch. Written from what the functions are documented to mean.
 */
import type { Claim, Line } from '../../../src/claim/claim.js';

const dayMs = 86_400_000;
const dayOf = (at: number) => Math.floor((at + 8 * 3_600_000) / dayMs);

export type TwinAnswer = { readonly value: unknown } | 'history' | 'fact';

/** A question of the rule language; `anchor`: position of the line as of which it is asked, -1: the claim. */
export interface Question {
  readonly name: string;
  readonly args: readonly (string | number | readonly string[])[];
  readonly anchor: number;
}

export interface World {
  readonly claim: Claim;
  /** Settled before; null: nothing is known of any past. */
  readonly settled: readonly Claim[] | null;
  /** Ten-thousandths of a unit, by item, of the claim's institution. */
  readonly stock: Readonly<Record<string, number>>;
}

interface Use {
  readonly code: string;
  readonly at: number;
  readonly first: number;
  readonly last: number;
  readonly quantityE4: number | null;
  readonly encounter: string | null;
  readonly line: Line;
}

function useOf(line: Line, encounter: string | null): Use {
  const first = dayOf(line.at as number);
  const supplied =
    line.kind !== 'service' && line.kind !== null && line.days !== null && line.days > 0
      ? first + line.days - 1
      : first;
  const ends = line.until === null ? supplied : Math.max(first, dayOf(line.until));
  const last = Math.min(ends, first + 999);
  return {
    code: line.itemCode as string,
    at: line.at as number,
    first,
    last,
    quantityE4: line.netQuantityE4,
    encounter,
    line,
  };
}

function encounterOf({ institution, encounter, claimId }: Claim): string | null {
  if (institution.code === null || (encounter.id === null && claimId === null)) return null;
  return `${institution.code} ${encounter.id ?? `of ${claimId}`}`;
}

interface Kept {
  readonly line: Line;
  readonly encounter: string | null;
}

/** What of the patient is remembered: of a line that was settled twice the first. */
function remembered({ claim, settled }: World): readonly Kept[] {
  const seen = new Set<string>();
  return (settled ?? [])
    .filter((past) => past.patient.key === claim.patient.key)
    .flatMap((past) => past.lines.map((line) => ({ line, encounter: encounterOf(past) })))
    .filter(({ line }) => line.payable && line.itemCode !== null && line.at !== null)
    .filter(({ line, encounter }) => {
      const isFirst = (line.netQuantityE4 ?? 0) > 0 && !seen.has(`${encounter} ${line.id}`);
      if (isFirst) seen.add(`${encounter} ${line.id}`);
      return isFirst;
    });
}

/** Uses that are remembered, and that the claim does not send again. */
function recorded(world: World): readonly Use[] {
  const { claim } = world;
  const own = encounterOf(claim);
  return remembered(world)
    .filter(({ line, encounter }) => {
      const isSentAgain = own !== null && encounter === own && claim.lines.some(({ id }) => id === line.id);
      const isBrought = claim.lines.some(
        ({ payable, current, itemCode, at }) =>
          payable &&
          !current &&
          itemCode === line.itemCode &&
          at !== null &&
          dayOf(at) === dayOf(line.at as number),
      );
      return !isSentAgain && !isBrought;
    })
    .map(({ line, encounter }) => useOf(line, encounter));
}

interface Moment {
  readonly at: number;
  readonly day: number;
}

function momentOf({ encounter, sentAt, lines }: Claim, anchor: number): Moment | null {
  const line = lines[anchor];
  if (line === undefined) {
    const at = encounter.admittedAt ?? sentAt;
    return at === null ? null : { at, day: dayOf(at) };
  }
  return line.at === null ? null : { at: line.at, day: useOf({ ...line, itemCode: '' }, null).last };
}

/** Uses up to the moment; `isOpen`: a line of the claim could be one more. */
function usesOf(
  world: World,
  matches: (code: string) => boolean,
  anchor: number,
  moment: Moment,
  isStrict: boolean,
): { readonly uses: readonly Use[]; readonly isOpen: boolean } {
  const past = recorded(world).filter((use) => matches(use.code));
  const before = past.filter((use) => (isStrict ? use.at < moment.at : use.first <= moment.day));
  let isOpen = false;
  const own: Use[] = [];
  for (const [position, line] of world.claim.lines.entries()) {
    if (!line.payable || (line.itemCode !== null && !matches(line.itemCode))) continue;
    const isAnchor = position === anchor;
    if (isAnchor && isStrict) continue;
    const isSeen =
      isAnchor ||
      line.at === null ||
      line.at < moment.at ||
      (line.at === moment.at && (anchor >= 0 ? position < anchor : !isStrict));
    if (!isSeen) continue;
    if (line.itemCode === null || line.at === null) isOpen = true;
    else own.push(useOf(line, null));
  }
  return { uses: [...before, ...own], isOpen };
}

const value = (of: unknown): TwinAnswer => ({ value: of });

export function answer(world: World, { name, args, anchor }: Question): TwinAnswer {
  const { claim } = world;
  if (name === 'trace.soldBefore') return soldBefore(world, anchor);
  if (name === 'stock.remaining') {
    if (world.settled === null) return 'history';
    if (claim.institution.code === null) return 'fact';
    const balance = world.stock[args[0] as string];
    return balance === undefined ? 'history' : value(balance / 10_000);
  }
  if (world.settled === null || claim.patient.key === null) return 'history';
  if (/visits|ischarge/.test(name)) return aboutVisits(world, name, args);
  const moment = momentOf(claim, anchor);
  return moment === null ? 'fact' : aboutUses(world, { name, args, anchor }, moment);
}

function aboutUses(world: World, { name, args, anchor }: Question, moment: Moment): TwinAnswer {
  const [codes, days = 0, limit = 0] = args as [string | readonly string[], number?, number?];
  if (name === 'history.supplyLeft') return supplyLeft(world, codes as string, moment);
  const isStrict = ['history.lastUse', 'history.usedBefore', 'history.usedAny'].includes(name);
  const matches = (code: string) =>
    name === 'history.usedAny'
      ? (codes as readonly string[]).some((prefix) => code.startsWith(prefix))
      : [codes].flat().includes(code);
  const { uses, isOpen } = usesOf(world, matches, anchor, moment, isStrict);
  const recent = uses.filter((use) => use.last > moment.day - days);
  if (name === 'history.usedBefore') return uses.length > 0 ? value(true) : isOpen ? 'fact' : value(false);
  if (name === 'history.usedAny') return recent.length > 0 ? value(true) : isOpen ? 'fact' : value(false);
  if (isOpen) return 'fact';
  const touched = new Set<number>();
  for (const use of recent) {
    const from = Math.max(use.first, moment.day - days + 1);
    for (let day = from; day <= Math.min(use.last, moment.day); day++) touched.add(day);
  }
  switch (name) {
    case 'history.quantityWithin': {
      const quantities = recent.map((use) => use.quantityE4);
      if (quantities.includes(null)) return 'fact';
      return value(quantities.reduce<number>((sum, quantity) => sum + (quantity ?? 0), 0) / 10_000);
    }
    case 'history.useDays':
      return value(touched.size);
    case 'history.shareBeyond':
      return value(Math.min(1, Math.max(0, touched.size - limit) / (moment.day - dayOf(moment.at) + 1)));
    case 'history.spanDays':
      return value(Math.max(1, ...uses.map((use) => moment.day - use.first + 1)));
    default:
      return uses.length === 0 ? 'history' : value(Math.max(...uses.map((use) => use.at)));
  }
}

function supplyLeft(world: World, code: string, moment: Moment): TwinAnswer {
  const isSame = (other: string) =>
    code.startsWith('X') && code.length > 10 ? other.startsWith(code.slice(0, 10)) : other === code;
  const own = encounterOf(world.claim);
  const left = recorded(world)
    .filter(
      (use) => isSame(use.code) && use.first < dayOf(moment.at) && (own === null || use.encounter !== own),
    )
    .map((use) => use.last - dayOf(moment.at) + 1);
  return value(Math.max(0, ...left));
}

function aboutVisits({ claim, settled }: World, name: string, args: Question['args']): TwinAnswer {
  const now = claim.encounter.admittedAt ?? claim.sentAt;
  if (now === null) return 'fact';
  const own = encounterOf(claim);
  const visits = new Map<string | null, Claim>();
  for (const past of settled ?? []) {
    const isTheirs = past.patient.key === claim.patient.key;
    if (isTheirs && !visits.has(encounterOf(past))) visits.set(encounterOf(past), past);
  }
  if (own !== null) visits.delete(own);
  if (name === 'history.visitsWithin') {
    const [type, days, except] = args as [string, number, (readonly string[])?];
    const counted = [...visits.values()].filter((past) => {
      const services = remembered({ claim, settled, stock: {} }).flatMap(({ line, encounter }) =>
        encounter === encounterOf(past) ? [line.at as number] : [],
      );
      const began = past.encounter.admittedAt ?? (services.length === 0 ? Number.NaN : Math.min(...services));
      const main = past.diagnoses.find((diagnosis) => diagnosis.main === true)?.code ?? null;
      const isOrdinary =
        except === undefined ||
        (past.encounter.emergency !== true &&
          main !== null &&
          !except.some((prefix) => main.startsWith(prefix)));
      return past.encounter.type === type && began <= now && dayOf(began) > dayOf(now) - days && isOrdinary;
    });
    return value(counted.length);
  }
  const isHere = name.includes('Here');
  if (isHere && claim.institution.code === null) return 'fact';
  const discharges = [...visits.values()].flatMap(({ encounter, institution }) => {
    const counts = encounter.type === 'inpatient' && (!isHere || institution.code === claim.institution.code);
    return counts && encounter.dischargedAt !== null && encounter.dischargedAt <= now
      ? [encounter.dischargedAt]
      : [];
  });
  if (name.includes('Within')) {
    return value(discharges.some((at) => dayOf(at) > dayOf(now) - (args[0] as number)));
  }
  return discharges.length === 0 ? 'history' : value(Math.max(...discharges));
}

function soldBefore({ claim, settled }: World, anchor: number): TwinAnswer {
  const line = claim.lines[anchor] as Line;
  const codes = line.traceCodes.filter(
    (code) => code.length <= 100 && new Set(code).size > 1 && !/[^\x21-\x7e]/.test(code),
  );
  if (line.splitPack || codes.length === 0) return value(false);
  if (settled === null || claim.claimId === null) return 'history';
  const others = settled.filter((past) => past.claimId !== claim.claimId);
  const isSold = codes.some((code) =>
    others.some((past) => {
      const sold = past.lines.filter(({ traceCodes }) => traceCodes.includes(code));
      const isSplit = sold.some(({ splitPack }) => splitPack);
      const isSettledSince =
        claim.kind === 'screening' &&
        claim.institution.code !== null &&
        past.institution.code === claim.institution.code &&
        sold.map(({ id }) => id).toSorted()[0] === line.id;
      return sold.length > 0 && !isSplit && !isSettledSince;
    }),
  );
  return value(isSold);
}
