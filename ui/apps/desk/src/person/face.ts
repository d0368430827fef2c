import { faceColours, faceSkins, faceStyles, type FaceStyle } from '@visavis/kit';

/** A face taken apart: no style means the person's initials. */
export interface FaceParts {
  style: FaceStyle | '';
  skin: number;
  colour: number;
}

export function takeApart(face: string): FaceParts {
  const [style = '', skin = '', colour = ''] = face.split('-');
  const known = faceStyles.find((one) => one === style);
  return { style: known ?? '', skin: within(skin, 1, faceSkins), colour: within(colour, 0, faceColours - 1) };
}

export function putTogether({ style, skin, colour }: FaceParts): string {
  return style === '' ? '' : `${style}-${skin}-${colour}`;
}

function within(word: string, least: number, most: number): number {
  const n = Number.parseInt(word, 10);
  return Number.isNaN(n) ? least : Math.min(Math.max(n, least), most);
}

export const skins = Array.from({ length: faceSkins }, (_, at) => at + 1);
export const colours = Array.from({ length: faceColours }, (_, at) => at);
