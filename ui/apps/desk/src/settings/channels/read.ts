import type { Channel, WebchatSettings } from '@visavis/client';
import { firstColour } from './colour.ts';

/** A chat's settings with what the server leaves out because it is empty. */
export function settingsOf({ settings }: Pick<Channel, 'settings'>): WebchatSettings {
  const said: Partial<WebchatSettings> = settings;
  return {
    ...said,
    colour: said.colour ?? firstColour,
    greeting: { fr: said.greeting?.fr ?? '', en: said.greeting?.en ?? '' },
    origins: said.origins ?? [],
    languages: said.languages ?? ['fr', 'en'],
  };
}
