/** Keeps the screen awake while a board hangs on a wall, where the browser can; returns what lets it sleep again. */
export function keepAwake(page: Document = document, line: Navigator = navigator): () => void {
  let lock: WakeLockSentinel | undefined;
  let ended = false;
  // A hidden page loses its lock, and asks again when it is back.
  const ask = async () => {
    if (page.hidden || !('wakeLock' in line)) return;
    try {
      lock = await line.wakeLock.request('screen');
      if (ended) await lock.release();
    } catch {
      // A low battery, or a browser that may not: the screen sleeps as it does otherwise.
    }
  };
  const back = () => void ask();
  page.addEventListener('visibilitychange', back);
  void ask();
  return () => {
    ended = true;
    page.removeEventListener('visibilitychange', back);
    void lock?.release();
  };
}
