/** What a site may say in its snippet. Everything but the channel is optional. */
export interface Settings {
  channel?: string;
  /** A token signed by the site's server: see the guide, "Who is writing". */
  identity?: string;
  locale?: string;
  position?: string;
  /** "button" puts a button of its own for live assistance beside the chat's. */
  sos?: string;
}

export interface Config {
  /** The origin of the Visavis server: the one this script came from. */
  server: string;
  channel: string;
  identity?: string;
  locale?: string;
  left: boolean;
  sos: boolean;
  /** Lets what this script fetches pass a policy that goes by nonces. */
  nonce: string | undefined;
}

declare global {
  interface Window {
    visavis?: Settings & { open?: () => void };
  }
}

/**
 * Reads `window.visavis`, or the `data-` attributes of the script for a site whose policy refuses inline scripts.
 * Returns undefined when there is nothing to show, or when a first copy of this script already runs.
 */
export function read(script: HTMLScriptElement | null, settings: Window['visavis']): Config | undefined {
  const said: Settings = { ...script?.dataset, ...settings };
  if (!script?.src || !said.channel || settings?.open) return undefined;
  return {
    server: new URL(script.src).origin,
    channel: said.channel,
    identity: said.identity || undefined,
    locale: said.locale || undefined,
    left: said.position === 'left',
    sos: said.sos === 'button',
    nonce: script.nonce,
  };
}
