/** How the desk looks, by her choice or her machine's, and in which language. */
export interface Look {
  dark: boolean;
  lang: string;
}

/** Says how the desk looks, now and whenever that changes; returns what stops it. */
export function dress(tell: (look: Look) => void): () => void {
  const root = document.documentElement;
  const dusk = matchMedia('(prefers-color-scheme: dark)');
  const say = () =>
    tell({ dark: (root.dataset['theme'] ?? (dusk.matches ? 'dark' : 'light')) === 'dark', lang: root.lang });
  const watch = new MutationObserver(say);
  watch.observe(root, { attributeFilter: ['data-theme', 'lang'] });
  dusk.addEventListener('change', say);
  say();
  return () => {
    watch.disconnect();
    dusk.removeEventListener('change', say);
  };
}

/** A key that was pressed over a viewer, "ctrl+e", as if it were pressed on the desk. */
export function keyOf(word: string): KeyboardEvent {
  const ctrlKey = word.startsWith('ctrl+');
  return new KeyboardEvent('keydown', { key: ctrlKey ? word.slice(5) : word, ctrlKey });
}
