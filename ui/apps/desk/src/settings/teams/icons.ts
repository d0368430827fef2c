import { isIcon, type IconName } from '@visavis/kit';

/** The signs a team may wear. */
export const teamIcons = [
  'inbox',
  'bike',
  'parcel',
  'cart',
  'card',
  'heart',
  'phone',
  'shop',
  'book',
  'star',
  'users',
  'globe',
  'gear',
  'mail',
  'chat',
  'clock',
] as const satisfies readonly IconName[];

export type TeamIcon = (typeof teamIcons)[number];

/** A team's sign as it can be drawn; one this desk does not know is drawn as people. */
export function iconOf(icon: string): IconName {
  return icon !== '' && isIcon(icon) ? icon : 'users';
}
