/** The scanners there are. */
import { scanNational } from '../formats/nhsa/scan-national.js';
import { scanNativeJson } from '../formats/scan-native-json.js';
import { scanNativeMessagePack } from '../formats/scan-native-messagepack.js';
import type { Scanners } from './claim-reader.js';

export const scanners: Scanners = {
  nativeMessagePack: scanNativeMessagePack,
  nativeJson: scanNativeJson,
  national: scanNational,
};
