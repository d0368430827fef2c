import type { Attachment } from 'svelte/attachments';

/** A form in a dialog begins at its first field, not at the cross that closes it. */
export const firstField: Attachment<HTMLElement> = (node) => {
  const frame = requestAnimationFrame(() => node.querySelector<HTMLElement>('input, textarea, select')?.focus());
  return () => cancelAnimationFrame(frame);
};
