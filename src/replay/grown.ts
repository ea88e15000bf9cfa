/** Numbers with twice the room; what is new is `fill`. */
export function grown<Numbers extends Int32Array | Uint8Array>(numbers: Numbers, fill = 0): Numbers {
  const larger = new (numbers.constructor as new (length: number) => Numbers)(numbers.length * 2);
  larger.set(numbers);
  return fill === 0 ? larger : (larger.fill(fill, numbers.length) as Numbers);
}
