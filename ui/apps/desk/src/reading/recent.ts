/** The reasons she gave last, kept in this browser. */
const shelf = 'visavis.reasons';
const most = 4;

export function recentReasons(storage: Storage = localStorage): string[] {
  try {
    const kept: unknown = JSON.parse(storage.getItem(shelf) ?? '[]');
    return Array.isArray(kept) ? kept.filter((one) => typeof one === 'string').slice(0, most) : [];
  } catch {
    return [];
  }
}

export function remember(reason: string, storage: Storage = localStorage): string[] {
  const all = [reason, ...recentReasons(storage).filter((one) => one !== reason)].slice(0, most);
  try {
    storage.setItem(shelf, JSON.stringify(all));
  } catch {
    // Storage is refused: what the reader thought of comes first all the same.
  }
  return all;
}
