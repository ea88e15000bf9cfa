/**
 * Functions of the rule language that ask of the past. The anchor comes last (-1: the claim as a whole). They answer
 * undefined where the past is not known, and null where the claim lacks a fact.
 */
import type { ClaimView } from '../claim-view.js';
import { remaining, soldBefore } from './goods-history.js';
import {
  lastUse,
  quantityWithin,
  shareBeyond,
  spanDays,
  supplyLeft,
  useDays,
  usedAny,
  usedBefore,
} from './item-history.js';
import { dischargedWithin, lastDischarge, visitsWithin } from './visit-history.js';

export const historyFunctions = {
  'history.quantityWithin': quantityWithin,
  'history.useDays': useDays,
  'history.shareBeyond': shareBeyond,
  'history.spanDays': spanDays,
  'history.lastUse': lastUse,
  'history.usedAny': usedAny,
  'history.usedBefore': usedBefore,
  'history.supplyLeft': supplyLeft,
  'history.visitsWithin': visitsWithin,
  'history.lastDischarge': (view: ClaimView) => lastDischarge(view, false),
  'history.lastDischargeHere': (view: ClaimView) => lastDischarge(view, true),
  'history.dischargedWithin': (view: ClaimView, days: number) => dischargedWithin(view, days, false),
  'history.dischargedHereWithin': (view: ClaimView, days: number) => dischargedWithin(view, days, true),
  'trace.soldBefore': soldBefore,
  'stock.remaining': remaining,
} as const;
