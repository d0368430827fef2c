/** Drawings that only parts use which come later: the first script does without them. */
export const check = 'm3 8.5 3.3 3.3L13 4.7';
export const checks = 'm1.5 8.5 2.8 2.8L10 5M7.5 10.7l.6.6L14 5';
export const plus = 'M8 3v10M3 8h10';
export const file = 'M4 2.5h5l3.5 3.5v7.5H4zM9 2.5V6h3.5';
export const handset =
  'M5.6 2.5 6.9 5.7 5.3 7a8 8 0 0 0 3.7 3.7l1.3-1.6 3.2 1.3v1.8a1.3 1.3 0 0 1-1.4 1.3A10.5 10.5 0 0 1 2.5 3.9a1.3 1.3 0 0 1 1.3-1.4z';
