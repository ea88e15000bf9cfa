/** What chance alone does to a share: of so many claims, each is told something with the same chance, or is not. */

/** As many of `claims` as are told something at most, in all cases but `chance` of them. */
export function mostTold(share: number, claims: number, chance: number): number {
  if (share <= 0) return 0;
  if (share >= 1) return claims;
  const odds = Math.log((1 - share) / share);
  let log = claims * Math.log(share);
  let beyond = 0;
  for (let told = claims; told > 0; told--) {
    beyond += Math.exp(log);
    if (beyond > chance) return told;
    log += Math.log(told / (claims - told + 1)) + odds;
  }
  return 0;
}

/** The same from below. */
export function leastTold(share: number, claims: number, chance: number): number {
  return claims - mostTold(1 - share, claims, chance);
}

/** Wilson's bound: what a share may be, `doubt` standard errors away, of which `hits` of `claims` were counted. */
export function shareMayBe(hits: number, claims: number, doubt: number, sign: 1 | -1): number {
  const share = hits / claims;
  const square = (doubt * doubt) / claims;
  const reach = doubt * Math.sqrt((share * (1 - share)) / claims + square / (4 * claims));
  return Math.min(Math.max((share + square / 2 + sign * reach) / (1 + square), 0), 1);
}
