/** What goes to the worker: once, what stands behind her, or nothing for her room, blurred; then a picture of her camera at a time. */
export type ToCutter = { behind: ImageBitmap | undefined } | { frame: ImageBitmap | undefined };

/** What comes from it: it asks for each picture when it has time for it. */
export type FromCutter = { wants: true } | { picture: ImageBitmap } | { failed: string };

/** At most twenty pictures a second. */
const everyMs = 50;

/** How long it rests after a picture that took so long: a slow machine shows fewer, and keeps half of one core at least. */
export const restAfter = (tookMs: number): number => Math.max(everyMs - tookMs, tookMs);

/** Where a picture is drawn so that it covers a sheet and keeps its shape: left, top, width, height. */
export function cover(
  picture: { width: number; height: number },
  { width, height }: { width: number; height: number },
): [number, number, number, number] {
  const scale = Math.max(width / picture.width, height / picture.height);
  const [w, h] = [picture.width * scale, picture.height * scale];
  return [(width - w) / 2, (height - h) / 2, w, h];
}
