/** Runs what may fail, ours or a listener's of the page, without stopping anything else on the page. */
export function safely(run: () => void): void {
  try {
    run();
  } catch (error) {
    // eslint-disable-next-line no-console -- for the people who build the page; nobody else reads it
    console.error('visavis:', error);
  }
}
