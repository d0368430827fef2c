/**
 * Faces are drawn, never fetched. A seed "style-skin-colour" (`long-2-7`) picks a head of hair, one of six skins (1–6)
 * and one of sixteen wardrobes (0–15); numbers beyond wrap around, so that any seed draws somebody. Every drawing looks right.
 */
const hair = {
  long: [
    'M12 30c-2-7-1.5-24 9.5-24 4 0 6.8 2.2 6.4 5.8-2.6.2-5-.1-7-1-.2 3-1 5-2 6.2.3 5 .6 9-.4 13-2 1.3-5 1.3-6.5 0z',
  ],
  bob: ['M12.5 23.5c-2.5-9-.5-17.5 9-17.5 4 0 6.8 2.2 6.5 5.8-2.7.4-5-.1-7-1-.4 5-1 8.5-2.5 12.7-2 1-4.5 1-6 0z'],
  short: [
    'M13.5 19c-1.5-6 .5-13 8-13 4 0 6.8 2.2 6.6 5.5-2.6.3-5 .2-7.3-.6-.3 2-1 3.3-2.3 4.3-.4-1-2.3-.8-2 .9.2 1.2 1 1.6 1.5 1.7-.3 1.4-1 2.2-1.8 3.2z',
  ],
  curly: [
    'M13 22c-2.5-1-3.5-4-2-6-2-2.5-.5-6 2-6.5.3-3 3.8-4.7 6.5-3.5 2-1.8 6-1.3 7 1 2 .6 2.7 3 1.7 4.7-1.6 1-3.2.3-4.2-.7-1 1.2-2.6 1.2-3.6.4-.3 2-1.4 3-2.4 3.6.3 2.5-1 5-3 7z',
  ],
  bun: [
    'M7.3 10a4.2 4.2 0 1 0 8.4 0a4.2 4.2 0 1 0-8.4 0z',
    'M13.7 18.5C12 12 14.5 6 21.5 6c4 0 6.6 2.2 6.3 5.5-3 .2-5.4-.2-7.4-1-.5 3.5-3 4-4 8z',
  ],
  bald: [
    'M14.3 20c-1.2-3-1-6.5.2-8.5.8 1.5 1.8 2.6 2.6 3.8-.3 1.6-1.3 3.2-2.8 4.7z',
    'M20 22.5c2 .5 4-.5 5.5-3.2l2.1-.3v2.8c0 2.2-1 3.2-3 3.2-2 0-3.7-.7-4.6-2.5z',
  ],
  beard: [
    'M13.5 19c-1.5-6 .5-13 8-13 4 0 6.6 2 6.4 5-2.6.5-5 .4-7.3-.3-.3 2-1 3.6-2.1 4.6l.3 3.7c1.7 1.5 4 1.3 5.6 0l3.2.1v2.7c0 2.2-1.2 3.9-3.9 3.9-4.2 0-6.7-2.5-7.7-6.3z',
  ],
  cap: [
    'M13 12.8C13.5 8.5 16.5 6 20.5 6c4.2 0 6.7 2.5 7 5.6l4.5.6c.6.1.6 1.3 0 1.4z',
    'M13.6 19c-.6-2-.7-4.2-.5-6.2h4.6c0 2.5-2.3 3.5-4.1 6.2z',
  ],
  grey: ['M13.8 20c-1.8-6 0-13.5 7.4-13.5 3.6 0 6 1.5 6.3 4-3.5-.8-6.7-.4-8.5 1.5-.4 3-2.5 5-5.2 8z'],
  veil: [
    'M9 40c1-6 2.5-9 2.3-15C11 13 14 6 21.5 6c4 0 6.3 2 6.2 4.7-5-.6-7.7 1.3-8.2 5.3-.4 3.8 1.5 7.5 6 9 1.5 6-1 11-3.5 15z',
  ],
} as const;

export type FaceStyle = keyof typeof hair;
export const faceStyles = Object.keys(hair) as FaceStyle[];
export const faceSkins = 6;
export const faceColours = 16;

export const shoulders = 'M4 40c0-8 5-11 11.5-11.5h7C29 29 34.5 32 35 40z';
export const profile =
  'M15 14c0-4.5 3-6.5 6.5-6.5S27 9.5 27.3 13l2 4.6c.3.8-.1 1.2-.8 1.3l-.9.1v2.8c0 2-1 3-2.9 3h-1.9v5.2c-1.5 1.8-5.8 1.8-8 0V22c-.6-2-1-5-.8-8z';
/** Somebody who has not said a name yet: the same profile, dashed. */
export const unknown =
  'M6 41c0-8 4-11 9.5-12.5v-6.5c-2-6 0-14.5 6-14.5s5.7 2 6 5.5l2 4.6c.3.8-.1 1.2-.8 1.3l-.9.1v2.8c0 2-1 3-2.9 3h-1.9v4C29 29.5 34 33 34.5 41';

export interface DrawnFace {
  hair: readonly string[];
  /** Names of tokens, to be set through the CSSOM. */
  skinColour: string;
  hairColour: string;
  clothColour: string;
  wallColour: string;
}

function isStyle(word: string): word is FaceStyle {
  return Object.hasOwn(hair, word);
}

/** Reads a seed; null when it is empty or not a seed (draw initials or the dashed profile then). */
export function readFace(seed: string | null | undefined): DrawnFace | null {
  const [style = '', skinWord = '', colourWord = ''] = (seed ?? '').split('-');
  const skin = Number.parseInt(skinWord, 10);
  const colour = Number.parseInt(colourWord, 10);
  if (!isStyle(style) || Number.isNaN(skin) || Number.isNaN(colour)) return null;
  const tone = ((((skin - 1) % faceSkins) + faceSkins) % faceSkins) + 1;
  const wardrobe = ((colour % faceColours) + faceColours) % faceColours;
  const worn = style === 'cap' || style === 'veil';
  let hairColour = `var(--hair-${wardrobe})`;
  if (style === 'grey') hairColour = 'var(--hair-grey)';
  else if (tone >= 5 && !worn) hairColour = 'var(--hair-dark)';
  return {
    hair: hair[style],
    skinColour: `var(--skin-${tone})`,
    hairColour,
    clothColour: `var(--cloth-${wardrobe})`,
    wallColour: `var(--wall-${wardrobe})`,
  };
}

/** Two letters at most: first of the first word, first of the last. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter(Boolean);
  const first = words[0];
  const last = words.length > 1 ? words[words.length - 1] : undefined;
  return [first, last]
    .map((word) => (word ? [...word][0] : ''))
    .join('')
    .toLocaleUpperCase();
}
