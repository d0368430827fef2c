import '@visavis/kit/tokens.css';
import '@rrweb/replay/dist/style.css';
import './viewer.css';
import type { FromViewer, ToViewer } from '@visavis/client/cobrowse.ts';
import { Replay } from './replay';
import { Tools } from './tools';

/**
 * Shows a customer's page, which is a stranger's, on an origin where there is nothing to take. It speaks with the desk that frames
 * it, whose origin stands in the fragment, and with nobody else; that no other page frames it is held by its policy.
 */
const desk = decodeURIComponent(location.hash.slice(1));
const stage = document.getElementById('stage');

if (stage && desk && parent !== window) {
  const surface = document.createElement('div');
  surface.className = 'surface';
  const replay = new Replay(stage);
  const say = (word: FromViewer) => parent.postMessage(word, desk);
  const tools = new Tools(surface, replay, say);
  stage.after(surface);
  let load = '';
  addEventListener('message', ({ origin, source, data }) => {
    if (origin !== desk || source !== parent) return;
    const said = data as ToViewer;
    switch (said.visavis) {
      case 'events':
        if (said.load !== load && !said.fresh) return; // of a page that was never seen whole
        load = said.load;
        try {
          stage.toggleAttribute('data-away', false);
          return replay.show(said.events, said.fresh ?? false);
        } catch {
          return say({ visavis: 'lag' }); // what does not follow on what is here: from the beginning again
        }
      case 'tool':
        return tools.take(said.tool);
      case 'theme':
        document.documentElement.dataset['theme'] = said.dark ? 'dark' : 'light';
        document.documentElement.lang = said.lang;
        return;
      case 'away':
        return void stage.toggleAttribute('data-away', true);
      case 'wipe':
        return tools.wipe();
      case 'clear':
        load = '';
        tools.wipe();
        return replay.clear();
      case 'drawn':
        return tools.drawn(said.shape, said.points);
    }
  });
  say({ visavis: 'ready' });
}
