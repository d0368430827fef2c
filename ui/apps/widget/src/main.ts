import '@visavis/kit/tokens.css';
import '@visavis/kit/base.css';
import { mount } from 'svelte';
import App from './App.svelte';
import { Bridge } from './bridge';
import { Chat } from './chat.svelte';
import { Session } from './session.svelte';
import { browserStore, Store, unkept } from './store';

/** The chat of one channel: the address names the channel, the browser's storage knows the visitor. */
const query = new URLSearchParams(location.search);
const channel = query.get('channel') ?? '';
/** Looked at from the desk while it is being set up: nobody visits. */
const looked = query.get('preview') === '1';
const tab = looked ? new Store(channel, unkept) : browserStore(channel, 'sessionStorage');
const store = looked ? new Store(channel, unkept) : browserStore(channel);
const session = new Session(channel, store);
const chat = new Chat(session, store);
const target = document.getElementById('app');

if (target) mount(App, { target, props: { chat, bridge: new Bridge(window), store, tab } });
if (looked) void import('./preview').then(({ preview }) => preview(chat, session, store));
