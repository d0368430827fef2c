import '@visavis/kit/tokens.css';
import '@visavis/kit/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { Bridge } from './bridge';
import { Chat } from './chat.svelte';
import { Session } from './session.svelte';
import { browserStore } from './store';

/** The chat of one channel: the address names the channel, the browser's storage knows the visitor. */
const channel = new URLSearchParams(location.search).get('channel') ?? '';
const store = browserStore(channel);
const session = new Session(channel, store);
const target = document.getElementById('app');

if (target) mount(App, { target, props: { chat: new Chat(session, store), bridge: new Bridge(window), store } });
