import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { unusedPort } from './postman.ts';

const run = promisify(execFile);

const program = (name: string) =>
  (process.env['PATH'] ?? '')
    .split(':')
    .concat('/usr/sbin')
    .map((folder) => join(folder, name))
    .find(existsSync);
const dovecot = program('dovecot');
const postfix = program('postfix');

/** Whether real mail servers can run here: Postfix starts as root only. `scripts/install-tools` installs both. */
export const hasPostOffice =
  Boolean(dovecot && postfix && existsSync('/usr/lib/dovecot/lmtp')) && process.getuid?.() === 0;

interface Plan {
  /** Addresses whose letters are kept in mailboxes here. Their owners sign in with them. */
  mailboxes: string[];
  /** A domain whose letters are handed over at a door of ours. */
  ours?: { domain: string; door: number };
}

/** A Dovecot with a few mailboxes and a Postfix that brings letters there, on this machine and in a folder of their own. */
export class PostOffice {
  readonly password = 'boîte-à-lettres-n°7';
  #imap = 0;
  #smtp = 0;
  #home = '';
  #running: ChildProcess[] = [];

  /** Where mailboxes are read, after STARTTLS. */
  get imap(): number {
    return this.#imap;
  }

  /** Where letters are handed over. Who signs in, after STARTTLS, may send them anywhere. */
  get smtp(): number {
    return this.#smtp;
  }

  static async open(plan: Plan): Promise<PostOffice> {
    const office = new PostOffice();
    await office.#open(plan);
    return office;
  }

  /** The authority that both servers' certificate comes from. */
  get authority(): string {
    return join(this.#home, 'cert.pem');
  }

  async close(): Promise<void> {
    for (const child of this.#running) {
      if (child.exitCode !== null || child.pid === undefined) continue;
      const ended = new Promise((done) => child.once('exit', done));
      process.kill(-child.pid, 'SIGTERM'); // the whole group: both work by many hands
      await ended;
    }
    await rm(this.#home, { recursive: true, force: true });
  }

  /** The letters in a mailbox, as they were delivered. */
  async letters(address: string): Promise<string[]> {
    const folder = join(this.#home, 'mail', address, 'Maildir');
    const found: string[] = [];
    for (const part of ['new', 'cur'])
      for (const name of await readdir(join(folder, part)).catch(() => []))
        found.push(await readFile(join(folder, part, name), 'utf8'));
    return found;
  }

  /** Puts letters into a mailbox as if they had always been there. Its owner has signed in before. */
  async put(address: string, letters: readonly string[]): Promise<void> {
    const folder = join(this.#home, 'mail', address, 'Maildir');
    const { uid, gid } = await stat(folder);
    for (const [n, letter] of letters.entries()) {
      const name = `${n + 1}.old.here`;
      await writeFile(join(folder, 'tmp', name), letter);
      await chown(join(folder, 'tmp', name), uid, gid);
      await rename(join(folder, 'tmp', name), join(folder, 'new', name));
    }
  }

  async #open({ mailboxes, ours }: Plan): Promise<void> {
    if (!dovecot || !postfix) throw new Error('install dovecot and postfix');
    const home = (this.#home = await mkdtemp(join(tmpdir(), 'visavis-post-'))); // sockets need a short path
    const [imap, lmtp, smtp] = [await unusedPort(), await unusedPort(), await unusedPort()];
    [this.#imap, this.#smtp] = [imap, smtp];
    await chmod(home, 0o755); // the servers' own users enter it
    for (const folder of ['conf', 'queue', 'data', 'mail']) await mkdir(join(home, folder));
    const id = async (user: string) => Number((await run('id', ['-u', user])).stdout);
    const nobody = await id('nobody');
    await chown(join(home, 'data'), await id('postfix'), 0);
    await chown(join(home, 'mail'), nobody, nobody);
    const subject = ['-subj', '/CN=post-office', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-keyout', join(home, 'key.pem')];
    await run('openssl', ['req', '-x509', '-nodes', '-days', '2', ...key, '-out', this.authority, ...subject]);
    const owners = mailboxes.map(
      (address) => `${address}:{PLAIN}${this.password}:${nobody}:${nobody}::${home}/mail/${address}`,
    );
    await writeFile(join(home, 'owners'), `${owners.join('\n')}\n`);
    await writeFile(join(home, 'dovecot.conf'), dovecotConf({ home, imap, lmtp }));
    const domains = [...new Set(mailboxes.map((address) => address.slice(address.indexOf('@') + 1)))];
    await writeFile(join(home, 'conf', 'main.cf'), mainCf({ home, lmtp, domains, ours }));
    await writeFile(join(home, 'conf', 'master.cf'), masterCf(smtp));
    await Promise.all([
      this.#start(dovecot, ['-F', '-c', join(home, 'dovecot.conf')], imap),
      this.#start(postfix, ['-c', join(home, 'conf'), 'start-fg'], smtp),
    ]);
  }

  async #start(command: string, args: string[], port: number): Promise<void> {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    this.#running.push(child);
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()));
    for (let i = 0; i < 600; i++) {
      if (child.exitCode !== null) break;
      if (await answers(port)) return;
      await new Promise((next) => setTimeout(next, 50));
    }
    throw new Error(`${command} does not start: ${said}`);
  }
}

async function answers(port: number): Promise<boolean> {
  const line = connect(port, '127.0.0.1');
  try {
    return await new Promise((done) => line.once('data', () => done(true)).once('error', () => done(false)));
  } finally {
    line.destroy();
  }
}

const dovecotConf = ({ home, imap, lmtp }: { home: string; imap: number; lmtp: number }) => `
base_dir = ${home}/run
state_dir = ${home}/state
log_path = ${home}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = required
ssl_cert = <${home}/cert.pem
ssl_key = <${home}/key.pem
auth_mechanisms = plain login
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:~/Maildir
mail_fsync = never
passdb {
  driver = passwd-file
  args = username_format=%u ${home}/owners
}
userdb {
  driver = passwd-file
  args = username_format=%u ${home}/owners
}
namespace inbox {
  inbox = yes
  separator = /
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${imap}
  }
  inet_listener imaps {
    port = 0
  }
}
service lmtp {
  inet_listener lmtp {
    port = ${lmtp}
  }
}
service auth {
  unix_listener ${home}/sign-in {
    mode = 0666
  }
}
service anvil {
  chroot =
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
`;

const mainCf = ({
  home,
  lmtp,
  domains,
  ours,
}: {
  home: string;
  lmtp: number;
  domains: string[];
  ours: Plan['ours'];
}) => `
compatibility_level = 3.6
queue_directory = ${home}/queue
data_directory = ${home}/data
maillog_file = ${home}/postfix.log
maillog_file_prefixes = /
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.example
mydestination =
mynetworks =
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_tls_cert_file = ${home}/cert.pem
smtpd_tls_key_file = ${home}/key.pem
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = ${home}/sign-in
relay_domains = ${ours?.domain ?? ''}
transport_maps = ${ours ? `inline:{ {${ours.domain} = smtp:[127.0.0.1]:${ours.door}} }` : ''}
virtual_mailbox_domains = ${domains.join(' ')}
virtual_transport = lmtp:inet:127.0.0.1:${lmtp}
alias_maps =
alias_database =
local_recipient_maps =
notify_classes =
`;

const masterCf = (smtp: number) => `
127.0.0.1:${smtp} inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`;
