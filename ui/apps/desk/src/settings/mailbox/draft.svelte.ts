import type { Channel, MailboxSettings, MailInbox, MailServer } from '@visavis/client';
import type { Provider } from './consent.ts';

export interface AddressLine {
  address: string;
  name: string;
  teamId: string;
}

/** A server while it is being written. */
export class ServerDraft {
  host = $state('');
  port = $state('');
  security = $state<MailServer['security']>('tls');
  user = $state('');
  password = $state('');
  bearer = $state(false);
  readonly #usual: string;

  constructor(usual: string) {
    this.#usual = usual;
    this.port = usual;
  }

  fill(server: MailServer | null | undefined): void {
    this.host = server?.host ?? '';
    this.port = String(server?.port ?? this.#usual);
    this.security = server?.security ?? 'tls';
    this.user = server?.user ?? '';
    this.bearer = server?.bearer ?? false;
  }
  get settings(): MailServer {
    return {
      host: this.host.trim(),
      port: Number(this.port) || 0,
      security: this.security,
      ...(this.user.trim() ? { user: this.user.trim() } : {}),
      ...(this.bearer ? { bearer: true } : {}),
    };
  }
}

/** A mailbox while it is being written. */
export class MailboxDraft {
  name = $state('');
  addresses = $state<AddressLine[]>([]);
  teamId = $state('');
  fetched = $state(false);
  readonly inbox = new ServerDraft('993');
  folders = $state('');
  after = $state<NonNullable<MailInbox['after']>>('leave');
  moveTo = $state('');
  existing = $state<NonNullable<MailInbox['existing']>>('ignore');
  sends = $state(true);
  readonly relay = new ServerDraft('465');
  trusted = $state('');
  acknowledges = $state(true);
  ownReturnPath = $state(false);
  subaddresses = $state(true);
  brandOnly = $state(false);
  /** Where passwords are not taken; "" where they are. */
  provider = $state<Provider | ''>('');
  clientId = $state('');
  tenant = $state('');
  clientSecret = $state('');
  #saved = $state('');

  constructor(channel: Channel | undefined) {
    if (channel) this.fill(channel);
    else {
      this.addresses = [{ address: '', name: '', teamId: '' }];
      this.#saved = this.#written;
    }
  }

  fill({ name, mailbox }: Pick<Channel, 'name' | 'mailbox'>): void {
    this.name = name;
    this.take(mailbox ?? { addresses: [] });
    this.inbox.password = this.relay.password = this.clientSecret = '';
    this.#saved = this.#written;
  }

  /** What was found for an address, or what is stored. */
  take(settings: MailboxSettings): void {
    const lines = settings.addresses.map((one) => ({
      address: one.address,
      name: one.name ?? '',
      teamId: one.teamId ?? '',
    }));
    this.addresses = lines.length > 0 ? lines : [{ address: '', name: '', teamId: '' }];
    this.teamId = settings.teamId ?? '';
    this.takeServers(settings);
    this.trusted = (settings.trustedServers ?? []).join(', ');
    this.acknowledges = !settings.noAcknowledgements;
    this.ownReturnPath = settings.ownReturnPath ?? false;
    this.subaddresses = !settings.noSubaddresses;
    this.brandOnly = settings.brandOnly ?? false;
    this.provider = settings.oauth?.provider ?? '';
    this.clientId = settings.oauth?.clientId ?? '';
    this.tenant = settings.oauth?.tenant ?? '';
  }
  /** Chooses how both servers are signed in to. */
  signInAt(provider: Provider | ''): void {
    this.provider = provider;
    this.inbox.bearer = this.relay.bearer = provider !== '';
  }
  takeServers(settings: Pick<MailboxSettings, 'in' | 'out'>): void {
    this.fetched = Boolean(settings.in);
    this.inbox.fill(settings.in);
    this.folders = (settings.in?.folders ?? []).join(', ');
    this.after = settings.in?.after ?? 'leave';
    this.moveTo = settings.in?.moveTo ?? '';
    this.existing = settings.in?.existing ?? 'ignore';
    this.sends = Boolean(settings.out);
    this.relay.fill(settings.out);
  }

  get settings(): MailboxSettings {
    return {
      addresses: this.#known.map(({ address, name, teamId }) => ({
        address: address.trim(),
        ...(name.trim() ? { name: name.trim() } : {}),
        ...(teamId ? { teamId } : {}),
      })),
      ...(this.teamId ? { teamId: this.teamId } : {}),
      ...(this.fetched ? { in: this.#in } : {}),
      ...(this.sends ? { out: this.relay.settings } : {}),
      trustedServers: split(this.trusted),
      noAcknowledgements: !this.acknowledges,
      ownReturnPath: this.ownReturnPath,
      noSubaddresses: !this.subaddresses,
      brandOnly: this.brandOnly,
      ...(this.provider ? { oauth: this.#oauth(this.provider) } : {}),
    };
  }
  #oauth(provider: Provider): NonNullable<MailboxSettings['oauth']> {
    const tenant = provider === 'microsoft' ? this.tenant.trim() : '';
    return { provider, clientId: this.clientId.trim(), ...(tenant ? { tenant } : {}) };
  }
  get #in(): MailInbox {
    return {
      ...this.inbox.settings,
      folders: split(this.folders),
      after: this.after,
      ...(this.after === 'move' ? { moveTo: this.moveTo.trim() } : {}),
      existing: this.existing,
    };
  }
  get #known(): AddressLine[] {
    return this.addresses.filter(({ address }) => address.trim() !== '');
  }

  /** The passwords that were typed; what was left empty stays as it is kept. */
  get secrets(): Record<string, string> {
    return {
      ...(this.fetched && this.inbox.password ? { 'in.password': this.inbox.password } : {}),
      ...(this.sends && this.relay.password ? { 'out.password': this.relay.password } : {}),
      ...(this.provider && this.clientSecret ? { 'oauth.client_secret': this.clientSecret } : {}),
    };
  }
  get changed(): boolean {
    return this.#written !== this.#saved || Object.keys(this.secrets).length > 0;
  }
  /** How many things must be corrected before it can be saved. */
  get faults(): number {
    return [
      this.name.trim() === '',
      this.#known.length === 0,
      this.fetched && this.inbox.host.trim() === '',
      this.fetched && this.after === 'move' && this.moveTo.trim() === '',
      this.sends && this.relay.host.trim() === '',
      this.provider !== '' && this.clientId.trim() === '',
    ].filter(Boolean).length;
  }

  get #written(): string {
    return JSON.stringify([this.name.trim(), this.settings]);
  }
}

function split(words: string): string[] {
  return words
    .split(/[,\n]/)
    .map((word) => word.trim())
    .filter(Boolean);
}

/** The domains that letters leave from, each once. */
export function domainsOf(settings: MailboxSettings | undefined): string[] {
  const domains = (settings?.addresses ?? []).map(({ address }) => address.slice(address.lastIndexOf('@') + 1));
  return [...new Set(domains)];
}
