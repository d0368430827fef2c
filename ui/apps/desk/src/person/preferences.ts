import { createContext } from 'svelte';

export type Theme = 'auto' | 'light' | 'dark';
export type Density = 'compact' | 'comfortable';

/** What a person has chosen for this browser. The desk keeps it and obeys it. */
export interface Preferences {
  theme: Theme;
  density: Density;
  /** Browser notifications are wanted; the browser may still refuse them. */
  notify: boolean;
  sound: boolean;
}

export const [usePreferences, providePreferences] = createContext<Preferences>();
