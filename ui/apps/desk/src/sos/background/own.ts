import { cover } from './cutter.ts';

/** Large enough for what a camera shows here, and small enough to keep in a browser. */
const [width, height] = [960, 720];

/** A picture file of hers as the address of a small copy, cut to the shape of her camera; rejects when it is none. */
export async function copyOf(file: File): Promise<string> {
  const source = URL.createObjectURL(file);
  try {
    const picture = new Image();
    picture.src = source;
    await picture.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    canvas.getContext('2d')?.drawImage(picture, ...cover(picture, canvas));
    return canvas.toDataURL('image/jpeg', 0.85);
  } finally {
    URL.revokeObjectURL(source);
  }
}
