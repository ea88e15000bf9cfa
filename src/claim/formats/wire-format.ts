/** How a body is encoded, and so how its answer must be. */
export type WireFormat = 'native-json' | 'native-msgpack' | 'nhsa-json' | 'nhsa-gbk';
