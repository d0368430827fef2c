import { describe, expect, it } from 'vitest';
import { read } from './config';

const script = (dataset: Record<string, string> = {}) =>
  ({ src: 'https://help.example/loader.js', dataset }) as unknown as HTMLScriptElement;

describe('what the snippet says', () => {
  it('is read from the page, with the server the script came from', () => {
    expect(read(script(), { channel: 'k', locale: 'fr' })).toMatchObject({
      server: 'https://help.example',
      channel: 'k',
      locale: 'fr',
      left: false,
      sos: false,
    });
  });
  it('may stand on the script itself, for pages that refuse inline scripts', () => {
    expect(read(script({ channel: 'k', position: 'left' }), undefined)).toMatchObject({ channel: 'k', left: true });
  });
  it('shows the button of live assistance where it is asked for', () => {
    expect(read(script({ channel: 'k', sos: 'button' }), undefined)?.sos).toBe(true);
    expect(read(script(), { channel: 'k', sos: 'button' })?.sos).toBe(true);
  });
  it('takes an empty identity for none', () => {
    expect(read(script(), { channel: 'k', identity: '' })?.identity).toBeUndefined();
  });
  it('draws nothing without a channel, or beside a first copy', () => {
    expect(read(script(), {})).toBeUndefined();
    expect(read(null, { channel: 'k' })).toBeUndefined();
    expect(read(script(), { channel: 'k', open: () => undefined })).toBeUndefined();
  });
});
