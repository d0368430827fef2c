/** The ends worth one key when a customer says by when she needs it; those that are past are left out. */
export interface Deadline {
  id: 'today' | 'tomorrow';
  at: Date;
}
const evening = 18;

export function deadlines(now: Date): Deadline[] {
  const at = (days: number) => new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, evening);
  const ends: Deadline[] = [
    { id: 'today', at: at(0) },
    { id: 'tomorrow', at: at(1) },
  ];
  return ends.filter((end) => end.at > now);
}
