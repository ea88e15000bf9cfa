/** Reads what /metrics says: families with their type, and samples with their labels. */

export interface Exposition {
  /** Name of a family to its type: counter, gauge, histogram, summary. */
  readonly families: ReadonlyMap<string, string>;
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export function parseExposition(text: string): Exposition {
  const families = new Map<string, string>();
  const samples: Sample[] = [];
  for (const line of text.split('\n')) {
    const type = /^# TYPE (\S+) (\S+)$/.exec(line);
    if (type !== null) families.set(type[1]!, type[2]!);
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (sample !== null) {
      const labels = [...(sample[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
      const read = Object.fromEntries(labels.map((match) => [match[1]!, match[2]!]));
      samples.push({ name: sample[1]!, labels: read, value: Number(sample[3]) });
    }
  }
  return { families, samples };
}

/** The family of a sample's name: itself, or the histogram that `_bucket`, `_sum` and `_count` belong to. */
export function familyOf({ families }: Exposition, name: string): string | null {
  if (families.has(name)) return name;
  const stem = name.replace(/_(bucket|sum|count)$/, '');
  return ['histogram', 'summary'].includes(families.get(stem) ?? '') ? stem : null;
}
