import type { Channel, Locale, WebchatSettings } from '@visavis/client';
import { firstColour } from './colour.ts';

type Whole = Required<Pick<WebchatSettings, 'colour' | 'origins' | 'languages'>> & { greeting: Record<Locale, string> };

/** A chat's settings with what the server leaves out because it is empty. */
export function settingsOf({ settings: said }: Pick<Channel, 'settings'>): WebchatSettings & Whole {
  return {
    ...said,
    colour: said.colour ?? firstColour,
    greeting: { fr: said.greeting?.fr ?? '', en: said.greeting?.en ?? '' },
    origins: said.origins ?? [],
    languages: said.languages ?? ['fr', 'en'],
  };
}
