/** The parts of a conversation, for both sides of the glass. */
export { default as AttachButton } from './AttachButton.svelte';
export { default as Attachments } from './Attachments.svelte';
export { default as Bubble } from './Bubble.svelte';
export { default as Composer } from './Composer.svelte';
export { default as LineEntry } from './LineEntry.svelte';
export { default as MessageEntry } from './MessageEntry.svelte';
export { default as NoteSheet } from './NoteSheet.svelte';
export { default as RichText } from './RichText.svelte';
export { default as Seam } from './Seam.svelte';
export { default as Thread } from './Thread.svelte';
export { default as TypingDots } from './TypingDots.svelte';
export { default as UploadList } from './UploadList.svelte';
export {
  layOut,
  pieces,
  type Entry,
  type Layout,
  type Lit,
  type Mark,
  type Piece,
  type Said,
  type Speaker,
} from './entries.ts';
export { largestFile, mostFiles, Uploads, type SendFile, type Upload, type UploadError } from './uploads.svelte.ts';
