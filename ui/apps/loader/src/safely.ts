/** Runs what may fail, ours or a listener's of the page, without stopping anything else on the page. */
export function safely(run: () => void): void {
  try {
    run();
  } catch (error) {
    console.error('visavis:', error);
  }
}
