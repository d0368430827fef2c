/**
 * The script a site embeds. It draws a button and a frame, and carries a few words between the page and the frame.
 *
 * Whatever goes wrong here must stay here: the page never sees an exception, and a channel that cannot be reached
 * leaves no trace on screen, because the button waits for the frame to say it is ready.
 */
import { read } from './config';
import { Panel } from './panel';
import { safely } from './safely';

const script = document.currentScript as HTMLScriptElement | null;

const start = () =>
  safely(() => {
    const config = read(script, window.visavis);
    if (!config) return;
    const panel = new Panel(config);
    window.visavis = Object.assign(window.visavis ?? {}, panel.api, { channel: config.channel });
    panel.attach();
    dispatchEvent(new Event('visavis:ready'));
  });

if (document.readyState === 'loading') addEventListener('DOMContentLoaded', start);
else start();
