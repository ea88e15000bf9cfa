/** Whose word counts where a claim says two things about the kind of visit. */
import type { EncounterType } from './claim.js';

/**
 * Where 就诊类型 and 医疗类别 disagree about a stay, 医疗类别 is believed: settlement itself runs on it and checks it,
 * while 就诊类型 is sent to reminder services alone and some systems leave it on 1. Between visits and pharmacies
 * 就诊类型 is believed, since a pharmacy may sell under an out-patient 医疗类别.
 */
export function disagreeAboutStay(named: EncounterType, byMedType: EncounterType | null): boolean {
  return byMedType !== null && (named === 'inpatient') !== (byMedType === 'inpatient');
}
