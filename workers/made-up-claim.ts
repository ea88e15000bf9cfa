/**
 * Claims that nobody has sent, as much like real ones as the code cares for: as many lines, codes that no table has,
 * refunds, facts that are missing. Code that has been optimised on tidier claims is thrown away again when the first
 * real ones come. No person, institution or price in them exists.
 */
import { kindOfItemCode } from '../src/claim/codes.js';

/** Lines with codes that are not the ones asked for. */
const others = { least: 4, most: 24 };
/** Whose claims they are. */
export const madeUpInstitution = 'H35000000000';

export interface MadeUpLine {
  readonly code: string;
  readonly kind: 'drug' | 'piece' | 'service' | 'consumable';
  /** Negative: a refund of the line before. */
  readonly quantity: number;
  /** Yuan. */
  readonly price: number;
  /** Days after admission, and the hour. */
  readonly day: number;
  readonly hour: number;
  readonly prescription: number;
  readonly isCurrent: boolean;
  readonly isSelfPaid: boolean;
}

export interface MadeUpClaim {
  readonly variant: number;
  readonly inpatient: boolean;
  readonly scene: number;
  readonly level: number;
  readonly sex: 'female' | 'male' | null;
  readonly birthDate: string | null;
  readonly diagnoses: readonly string[];
  readonly procedures: readonly string[];
  readonly lines: readonly MadeUpLine[];
}

const diagnoses = ['I20.000', 'E11.900', 'I10.x00', 'G47.000', 'K52.904', 'C34.900', 'O80.900', 'J18.900'];
const scenes = { inpatient: [9, 10, 4, 8], outpatient: [2, 7, 1, 6] } as const;

/** `variant` tells claims apart; what varies from one to the next goes by it. */
export function madeUpClaim(codes: readonly string[], variant: number): MadeUpClaim {
  const inpatient = variant % 2 === 0;
  const scene = scenes[inpatient ? 'inpatient' : 'outpatient'][(variant >> 1) % 4] ?? 9;
  const birthYear = variant % 7 === 6 ? 2026 : 1936 + ((variant * 37) % 90);
  return {
    variant,
    inpatient,
    scene,
    level: 1 + (variant % 3),
    sex: variant % 17 === 16 ? null : variant % 3 === 0 ? 'female' : 'male',
    birthDate: variant % 19 === 18 ? null : `${birthYear}-0${1 + (variant % 3)}-1${variant % 9}`,
    diagnoses: Array.from(
      { length: 1 + (variant % 3) },
      (_, i) => diagnoses[(variant + 3 * i) % diagnoses.length] ?? '',
    ),
    procedures: inpatient && variant % 4 === 0 ? ['36.0700', '88.5500x001'] : [],
    lines: linesOf(codes, variant, inpatient, scene),
  };
}

/** Those asked for, then others; now and then a refund of the line before. */
function linesOf(
  codes: readonly string[],
  variant: number,
  inpatient: boolean,
  scene: number,
): readonly MadeUpLine[] {
  const count = codes.length + others.least + ((variant * 11) % (others.most - others.least));
  const lines: MadeUpLine[] = [];
  for (let i = 0; i < count; i++) {
    const table = codes[i];
    const like = codes[(i * 5 + variant) % Math.max(1, codes.length)] ?? 'XN02BAA001A001010100001';
    const line = lineOf(table ?? neighbourOf(like, i, variant), i, variant, inpatient, scene);
    lines.push(line);
    if (inpatient && line.kind !== 'service' && i % 7 === 3) lines.push({ ...line, quantity: -1 });
  }
  return lines;
}

function lineOf(code: string, i: number, variant: number, inpatient: boolean, scene: number): MadeUpLine {
  const kind = kindOf(code);
  const day = inpatient ? (i * 3) % 8 : 0;
  return {
    code,
    kind,
    quantity: kind === 'piece' ? 9 + (i % 7) : i % 11 === 10 ? 0.5 : 1 + ((i + variant) % 3),
    price: [17.75, 8.91, 0.2049, 371.28, 1_204, 3.5][(i + variant) % 6] ?? 1,
    day,
    hour: 8 + ((i * 7) % 9),
    prescription: i % 4,
    // While orders are being written, what was given before comes along.
    isCurrent: (scene !== 4 && scene !== 5) || day > 5,
    isSelfPaid: i % 13 === 12,
  };
}

function kindOf(code: string): MadeUpLine['kind'] {
  const kind = kindOfItemCode(code);
  return kind === 'drug' || kind === 'piece' || kind === 'consumable' ? kind : 'service';
}

/** A code of the same shape that few tables have; a few of them come in one claim after another. */
function neighbourOf(code: string, i: number, variant: number): string {
  const other = `${code.slice(0, -3)}${String(900 - ((i * 13 + (variant % 4) * 7) % 97)).padStart(3, '0')}`;
  return /\d{3}$/.test(code) ? other : code;
}

/** Yuan and fen. */
export function amountOf({ price, quantity }: MadeUpLine): string {
  return (price * quantity).toFixed(2);
}

export function priceOf({ price }: MadeUpLine): string {
  return price.toFixed(Number.isInteger(price * 100) ? 2 : 4);
}

export function dayOf(day: number, clock: string): string {
  return `2026-03-${11 + day} ${clock}`;
}
