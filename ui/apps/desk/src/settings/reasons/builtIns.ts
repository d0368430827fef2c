import type { BuiltIn } from '@visavis/client';

/** What the built-in reader tells apart. */
export const builtIns = [
  'delivery',
  'stock',
  'price',
  'order',
  'return',
  'payment',
  'invoice',
  'fault',
  'outage',
  'account',
  'appointment',
  'staff',
  'shop',
  'contract',
  'praise',
  'other',
] as const satisfies readonly BuiltIn[];
