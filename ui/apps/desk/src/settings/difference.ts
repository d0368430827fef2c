/** One field that somebody else changed: its values in words, absent where the value does not read as words. */
export interface Difference {
  field: string;
  before?: string;
  after?: string;
}

/** A field as people know it: its label, and how to write its value. */
export interface Watched<T> {
  label: string;
  value: (item: T) => unknown;
  words?: (item: T) => string;
}

/** What differs between the thing as one began to edit it and as it stands now. */
export function differences<T>(before: T, after: T, fields: readonly Watched<T>[]): Difference[] {
  return fields
    .filter(({ value }) => JSON.stringify(value(before)) !== JSON.stringify(value(after)))
    .map(({ label, words }) =>
      words ? { field: label, before: words(before), after: words(after) } : { field: label },
    );
}
