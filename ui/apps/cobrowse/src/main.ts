/** Shows this page to her agent. Fetched and given its port by the loader, once she has said yes. */
import { Recorder } from './recorder';

const { port } = (document.currentScript ?? {}) as { port?: MessagePort };
if (port)
  try {
    new Recorder(port).begin();
  } catch (error) {
    // eslint-disable-next-line no-console -- for the people who build the page; nobody else reads it
    console.error('visavis:', error);
  }
