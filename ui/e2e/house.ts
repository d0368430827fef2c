import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The real binary, built by `make build` or named by VISAVIS_BIN. */
const binary = process.env.VISAVIS_BIN ?? resolve(import.meta.dirname, '../../bin/visavis');

/** How a house is built. */
export interface Build {
  /** Nobody works there yet, and there is no shop. */
  empty?: boolean;
  /** More flags of the command. */
  flags?: readonly string[];
  /** The desk's, where it must be a certain one. */
  port?: number | undefined;
}

/** A running demo: the desk and, on another origin, the shop with the widget. Or a server where nobody works yet. */
export class House {
  readonly desk: string;
  readonly shop: string;
  readonly foreignShop: string;
  readonly email = 'lea@arzel.example';
  readonly password = 'tandem-rouge-sous-la-pluie';
  #process: ChildProcess | undefined;
  #said = '';

  private constructor(
    private readonly data: string,
    private readonly ports: { desk: number; shop: number },
    private readonly empty: boolean,
    private readonly flags: readonly string[],
  ) {
    this.desk = `http://localhost:${ports.desk}`;
    this.shop = `http://localhost:${ports.shop}`;
    // By its other name the shop is another site to the browser too, which then lends the chat no storage.
    this.foreignShop = `http://127.0.0.1:${ports.shop}`;
  }

  static async open({ empty = false, flags = [], port }: Build = {}): Promise<House> {
    const data = await mkdtemp(join(tmpdir(), 'visavis-journey-'));
    const house = new House(data, { desk: port ?? (await freePort()), shop: await freePort() }, empty, flags);
    await house.start();
    return house;
  }

  /** Starts the server, again if it was stopped: on the same ports and the same data. */
  async start(): Promise<void> {
    const { desk, shop } = this.ports;
    const flags = ['--listen', `127.0.0.1:${desk}`, '--data', this.data, '--rate-limits', 'off', ...this.flags];
    const command = this.empty ? ['serve'] : ['demo', '--shop', `127.0.0.1:${shop}`];
    const child = spawn(binary, [...command, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => (this.#said += text.toString()));
    const deadline = Date.now() + 80_000;
    while (Date.now() < deadline) {
      if (child.exitCode !== null) throw new Error(`the server ended: ${this.#said}`);
      const ready = await fetch(`${this.desk}/readyz`).then(
        (answer) => answer.ok,
        () => false,
      );
      if (ready) return;
      await new Promise((next) => setTimeout(next, 50));
    }
    throw new Error(`the server did not become ready: ${this.#said}`);
  }

  /** What the server has written on its console. */
  get said(): string {
    return this.#said;
  }

  /** Stops the server; SIGKILL is a power cut. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill(signal);
    await ended;
  }

  async close(): Promise<void> {
    await this.stop('SIGKILL');
    await rm(this.data, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const server = createServer();
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => found(port));
    });
  });
}
