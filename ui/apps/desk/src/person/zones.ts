/** This machine's zone, which is nearly always its owner's. */
export function homeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

/** Every zone this browser knows, by town, so that typing "par" finds Paris. The one in use is always among them. */
export function zoneOptions(inUse: string): { value: string; label: string }[] {
  const known = typeof Intl.supportedValuesOf === 'function' ? Intl.supportedValuesOf('timeZone') : [];
  return [...new Set([...known, 'UTC', inUse])]
    .filter((zone) => zone !== '')
    .map((value) => ({ value, label: townFirst(value) }))
    .sort((a, b) => a.label.localeCompare(b.label));
}

function townFirst(zone: string): string {
  const [town = zone, ...regions] = zone.split('/').reverse();
  const words = [town, ...regions].map((word) => word.replaceAll('_', ' '));
  return words.length === 1 ? town : `${words[0]} (${words.slice(1).join(', ')})`;
}
