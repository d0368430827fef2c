import alcove from './alcove.svg?url';
import evening from './evening.svg?url';
import paper from './paper.svg?url';
import shelf from './shelf.svg?url';

/** What customers see behind her: her room, her room blurred, one of our pictures, or her own. */
export const backgrounds = ['none', 'blur', 'paper', 'alcove', 'shelf', 'evening', 'own'] as const;
export type Background = (typeof backgrounds)[number];
export const isBackground = (value: string): value is Background => (backgrounds as readonly string[]).includes(value);

/** Our own pictures: calm, and quiet where her face is. */
export const pictures: Partial<Record<Background, string>> = { paper, alcove, shelf, evening };

/**
 * How a background comes about: `plain` shows the camera as it is, `system` has it blurred before this browser gets it, `drawn` cuts
 * her out here.
 */
export type Way = 'plain' | 'system' | 'drawn';

/** The system's own blur is preferred: it costs this browser nothing. Once it has gone off under way it is not relied on again. */
export function wayFor(wish: Background, offered: readonly boolean[] | undefined, relied: boolean): Way {
  if (wish === 'none') return 'plain';
  return wish === 'blur' && relied && offered?.includes(true) ? 'system' : 'drawn';
}
