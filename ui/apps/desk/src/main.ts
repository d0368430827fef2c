import '@visavis/kit/tokens.css';
import '@visavis/kit/font.css';
import '@visavis/kit/base.css';
import { addIcons } from '@visavis/kit';
import { more } from '@visavis/kit/icons-more.ts';
import { mount } from 'svelte';
import App from './App.svelte';
import { Session } from './state/session.svelte.ts';

addIcons(more);
const target = document.getElementById('desk');
if (target) {
  const session = new Session();
  mount(App, { target, props: { session } });
  void session.start();
}
