import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';

const drawing = join(import.meta.dirname, 'portrait.svg');
const [width, height] = [640, 480];

/**
 * A drawn adviser as the film that a browser takes for its camera (YUV4MPEG2, one picture that is shown again and again); drawn by a
 * browser once, and kept beside the tests.
 */
export async function portrait(draw: () => Promise<Browser>): Promise<string> {
  const svg = await readFile(drawing, 'utf8');
  const folder = join(import.meta.dirname, 'results');
  const path = join(folder, `portrait-${createHash('sha256').update(svg).digest('hex').slice(0, 12)}.y4m`);
  if (existsSync(path)) return path;
  const browser = await draw();
  try {
    const page = await browser.newPage();
    const pixels = await page.evaluate(
      async ({ svg, width, height }) => {
        const image = new Image();
        image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
        await image.decode();
        const canvas = Object.assign(document.createElement('canvas'), { width, height });
        const pen = canvas.getContext('2d');
        pen?.drawImage(image, 0, 0);
        const bytes = pen?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray();
        let text = '';
        for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
        return btoa(text);
      },
      { svg, width, height },
    );
    await mkdir(folder, { recursive: true });
    await writeFile(`${path}.${process.pid}`, film(Buffer.from(pixels, 'base64')));
    await rename(`${path}.${process.pid}`, path);
  } finally {
    await browser.close();
  }
  return path;
}

/** Red, green, blue and a fourth that is let go, as one frame: a plane of light, and two of colour at half the size (BT.601). */
function film(pixels: Buffer): Buffer {
  const at = (x: number, y: number, part: number) => pixels[(y * width + x) * 4 + part] ?? 0;
  const light = Buffer.alloc(width * height);
  const colours = [Buffer.alloc(light.length / 4), Buffer.alloc(light.length / 4)] as const;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const [r, g, b] = [at(x, y, 0), at(x, y, 1), at(x, y, 2)];
      light[y * width + x] = Math.round(16 + 0.257 * r + 0.504 * g + 0.098 * b);
      if (x % 2 || y % 2) continue;
      const spot = (y / 2) * (width / 2) + x / 2;
      colours[0][spot] = Math.round(128 - 0.148 * r - 0.291 * g + 0.439 * b);
      colours[1][spot] = Math.round(128 + 0.439 * r - 0.368 * g - 0.071 * b);
    }
  const frame = [Buffer.from('FRAME\n'), light, ...colours];
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F24:1 Ip A1:1 C420jpeg\n`), ...frame, ...frame]);
}
