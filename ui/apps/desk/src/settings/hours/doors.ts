import type { I18n } from '@visavis/kit';
import type { RoutingWords } from '../routing-words.ts';
import { momentDay } from './dates.ts';

interface Doors {
  open: boolean;
  opensAt?: string;
  closesAt?: string;
}

/** "Ouvert, ferme à 18 h", "Fermé, ouvre lundi 23 novembre à 9 h": on the clocks of the calendar's own zone. */
export function doorsText(
  { open, opensAt, closesAt }: Doors,
  zone: string,
  i18n: Pick<I18n<RoutingWords>, 't' | 'locale' | 'clock' | 'now'>,
): string {
  const { t } = i18n;
  const at = open ? closesAt : opensAt;
  if (!at) return t(open ? 'hours.open.always' : 'hours.closed.always');
  const day = momentDay(at, zone, i18n.locale);
  const today = day === momentDay(new Date(i18n.now).toISOString(), zone, i18n.locale);
  const clock = i18n.clock(at, zone);
  if (today) return t(open ? 'hours.open.until' : 'hours.closed.until', { at: clock });
  return t(open ? 'hours.open.untilday' : 'hours.closed.untilday', { day, at: clock });
}
